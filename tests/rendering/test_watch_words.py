"""A watch in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.commands import Event, JobFilter
from bot.domain.jobs import EvaluationType
from bot.domain.watches import DEFAULT_EVENTS, NewWatch
from bot.rendering.watch_words import more_words, watch_words
from tests.rendering.seen import told

FAILED = frozenset({Event.ERROR, Event.USER_ERROR})


def watch(**more: Any) -> NewWatch:
    return NewWatch(channel="C0EVALS", since=datetime(2026, 11, 24, tzinfo=UTC), **more)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (DEFAULT_EVENTS, "completed and failed jobs"),
        (FAILED, "failed jobs"),
        (frozenset(Event), "started, completed and failed jobs"),
        (frozenset({Event.STARTED}), "started jobs"),
        (frozenset({Event.ERROR}), "`error` jobs"),
        (
            frozenset({Event.COMPLETED, Event.USER_ERROR}),
            "completed and `user_error` jobs",
        ),
    ],
)
def test_events_are_words_of_a_life(events: frozenset[Event], words: str) -> None:
    assert watch_words(watch(events=events)) == words


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (JobFilter(type=EvaluationType.CLASSIFY), "of type classify"),
        (
            JobFilter(type=EvaluationType.CLASSIFY, model="qwen"),
            "of type classify with “qwen” in the model",
        ),
        (
            JobFilter(model="qwen", judge="llama", dataset="file-12"),
            "with “qwen” in the model, “llama” in the judge and “file-12” in the dataset",
        ),
        (JobFilter(model="*<!channel>*"), "with `*<!channel>*` in the model"),
    ],
)
def test_a_filter_says_where_it_looks(wanted: JobFilter, words: str) -> None:
    shown = watch_words(watch(filter=wanted)).replace("&lt;", "<").replace("&gt;", ">")
    assert shown == f"completed and failed jobs {words}"


def test_one_job_is_named() -> None:
    assert watch_words(watch(job="eval-7df2")) == "job eval-7df2, when completed or failed"


def test_who_is_mentioned_is_counted_and_not_called() -> None:
    assert more_words(watch()) == ""
    one = "1 person or group is mentioned when one fails"
    assert more_words(watch(notify=("U0MEMBER",))) == one
    several = "2 people or groups are mentioned when one fails"
    assert more_words(watch(notify=("U0MEMBER", "S0ONCALL"))) == several


def test_an_end_apart_from_its_card_is_said_only_where_there_are_cards() -> None:
    words = "the end comes as its own message, not in the card's thread"
    assert told(more_words(watch(thread=False, events=frozenset(Event)))) == words
    assert more_words(watch(thread=False)) == ""
