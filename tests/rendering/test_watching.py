"""Answers about watches."""

from dataclasses import replace
from datetime import UTC, datetime
from inspect import cleandoc

import pytest

from bot.domain.commands import JobFilter
from bot.domain.jobs import EvaluationJob, EvaluationType
from bot.domain.watches import Origin, Watch
from bot.rendering.kit import Message
from bot.rendering.watching import (
    WATCHES_SHOWN,
    already_watching,
    has_ended,
    invite_me,
    no_such_watch,
    not_yours,
    unwatched,
    unwatched_all,
    watch_list,
    watching_here,
)
from tests.rendering.rules import check
from tests.rendering.seen import seen, told

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WATCH = Watch(
    number=3,
    channel="C0EVALS",
    filter=JobFilter(type=EvaluationType.CLASSIFY, model="qwen"),
    created_by="U0MEMBER",
    since=NOON,
)
BY_SETTING = Watch(
    number=1, channel="C0EVALS", origin=Origin.SETTING, identity="C0EVALS", since=NOON
)


def test_a_new_watch_says_what_it_tells_of_and_how_it_ends() -> None:
    assert seen(watching_here(WATCH)) == (
        "Watching here: completed and failed jobs of type classify with “qwen” in the model "
        "(watch 3). `/evals unwatch 3` ends it."
    )


def test_a_watch_for_another_channel_names_it() -> None:
    words = seen(watching_here(replace(WATCH, filter=JobFilter()), joined=True, elsewhere=True))
    assert words == (
        "Watching #C0EVALS: completed and failed jobs (watch 3). `/evals unwatch 3` there ends it. "
        "I joined the channel for it."
    )


def test_mentions_are_part_of_what_a_watch_is() -> None:
    words = seen(watching_here(replace(WATCH, notify=("U0MEMBER", "S0ONCALL"))))
    assert "(watch 3), 2 people or groups are mentioned when one fails. `/evals" in words


def test_the_same_watch_again_changes_nothing() -> None:
    words = seen(already_watching(WATCH))
    assert words.startswith("No change, this channel has that already: completed and failed jobs")
    assert words.endswith("(watch 3). `/evals unwatch 3` ends it.")
    assert seen(already_watching(BY_SETTING)).endswith("(watch 1). It comes from `EVALS_CHANNEL`.")


def test_a_job_that_is_over_is_told_at_once() -> None:
    job = EvaluationJob(id="eval-1", status="error", type="score", error="no quota")
    assert seen(has_ended(job)) == (
        "Nothing to watch, this job has ended: eval-1 failed on Together's side: no quota (score)"
    )


def test_a_list_shows_each_watch_with_a_button_where_a_command_can_end_it() -> None:
    waiting = replace(WATCH, number=5, fault="not_in_channel", last_sent_at=NOON)
    assert seen(watch_list([BY_SETTING, WATCH, waiting], channel="C0EVALS")) == cleandoc("""
        *3 watches in #C0EVALS*
        *1* · completed and failed jobs
        from `EVALS_CHANNEL` · no notice yet
        *3* · completed and failed jobs of type classify with “qwen” in the model
        by @U0MEMBER · no notice yet  [End]
        *5* · completed and failed jobs of type classify with “qwen” in the model
        by @U0MEMBER · last notice 2026-11-24 12:00 UTC · *waiting*: I am not in it  [End]
    """)


def test_a_list_says_what_its_text_says() -> None:
    message = watch_list([WATCH], channel="C0EVALS", muted_until=NOON)
    assert told(message.text) == cleandoc("""
        *1 watch in #C0EVALS*
        Muted until 2026-11-24 12:00 UTC. `/evals unmute` ends that.
        3 · completed and failed jobs of type classify with “qwen” in the model · by @U0MEMBER · \
no notice yet
    """)


def test_an_end_button_carries_the_watchs_own_number() -> None:
    button = watch_list([WATCH], channel="C0EVALS").blocks[1]["accessory"]
    assert (button["action_id"], button["value"]) == ("watch_end", "3")
    assert button["accessibility_label"] == "End watch 3"


def test_a_channel_without_watches_learns_how_to_get_one() -> None:
    assert seen(watch_list([], channel="C0EVALS")) == (
        "Nothing is watched in #C0EVALS. `/evals watch` tells of all jobs that end."
    )


def test_more_watches_than_a_message_holds_are_named_by_number() -> None:
    several = [replace(WATCH, number=number) for number in range(1, WATCHES_SHOWN + 4)]
    message = watch_list(several, channel="C0EVALS")
    assert seen(message).endswith("(Not shown: 21, 22 and 23)")
    check(message, mentioned=frozenset({"C0EVALS", "U0MEMBER"}))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            unwatched(WATCH),
            (
                "Watch 3 has ended: completed and failed jobs of type classify with “qwen” in the "
                "model."
            ),
        ),
        (unwatched_all(0), "There is no watch here that `/evals unwatch` could end."),
        (unwatched_all(1), "1 watch of this channel has ended."),
        (unwatched_all(2), "2 watches of this channel have ended."),
        (
            no_such_watch(7, (3, 5)),
            "This channel has no watch 7. It has 3 and 5. `/evals watches` shows them.",
        ),
        (no_such_watch(7, ()), "This channel has no watch 7, nor any other."),
        (
            not_yours(BY_SETTING),
            (
                "Watch 1 comes from `EVALS_CHANNEL`: whoever runs this bot ends it there. "
                "`/evals mute 2h` gives you quiet."
            ),
        ),
        (
            invite_me(),
            (
                "I can't see this private channel yet. Type `/invite @evals` here, then "
                "`/evals watch` again."
            ),
        ),
        (
            invite_me("C0SECRET"),
            ("I can't see #C0SECRET yet. Type `/invite @evals` there, then `/evals watch` again."),
        ),
    ],
)
def test_an_answer_is_one_plain_sentence_or_two(message: Message, words: str) -> None:
    assert seen(message) == words
    assert told(message.text) == words
