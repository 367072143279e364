"""Notices, and what is said about them: Slack takes each message, and nothing foreign is live."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jobs import FAILED, EvaluationJob
from bot.domain.notices import Notice
from bot.domain.outbox import Kind, Row
from bot.domain.watches import Watch
from bot.rendering.asides import advice_message, greeting_message, operator_message
from bot.rendering.bursts import group_message, missed_message
from bot.rendering.deliveries import log_of, muted, no_log, sample_sent, unmuted
from bot.rendering.kit import LONGEST_TEXT_CHARS, TEXT_CHARS
from bot.rendering.notices import (
    MENTIONS_SHOWN,
    ended_card,
    notice_message,
    possible_repeat,
    sample_message,
)
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
from tests.rendering.test_every_message import FEW, SOME, THEN, check_complete, drenched
from tests.strategies import HOSTILE_TEXTS, job_ids, jobs, moments, notices, rows, watches


def failed_of(text: str) -> list[EvaluationJob]:
    """The same, failed, each with a long id of its own."""
    return [
        replace(job, id=f"{'E' * 127}{number}", status=status)
        for number, (job, status) in enumerate(zip(drenched(text), FAILED, strict=False))
    ]


def check_notice(notice: Notice) -> None:
    """Whatever the kind of notice, both cards too."""
    called = frozenset(notice.mentions if notice.job.status in FAILED else ())
    message = notice_message(notice)
    check(message, mentioned=called)
    check_complete(message, (notice.job,))
    again = possible_repeat(message)
    check(again, mentioned=called, text_chars=TEXT_CHARS + 100)
    assert again.text.endswith(message.text)
    if notice.kind is not Kind.STARTED:
        for slack_id in notice.mentions[: MENTIONS_SHOWN if called else 0]:
            assert slack_id in message.text
    check(ended_card(notice))
    check_complete(ended_card(notice), (notice.job,))


def check_burst(burst: list[Notice]) -> None:
    called = frozenset(
        slack_id for one in burst if one.job.status in FAILED for slack_id in one.mentions
    )
    for message in (group_message(burst), missed_message(burst, since=THEN)):
        check(message, mentioned=called, text_chars=LONGEST_TEXT_CHARS)
        check_complete(message, tuple(notice.job for notice in burst))


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_no_text_does_harm_wherever_it_stands(text: str) -> None:
    for job in (*drenched(text), *failed_of(text)):
        check_notice(Notice(kind=Kind.CORRECTED, job=job, previous_status=text, watches=(1,)))
    check_burst([Notice(kind=Kind.ENDED, job=job, watches=(1,)) for job in failed_of(text) * 40])
    check(operator_message("refused_key", text))
    check(operator_message(text, text))
    check(advice_message("C0EVALS", text, range(99)), mentioned=frozenset({"C0EVALS"}))
    check(no_log(text))


@SOME
@given(notice=notices())
def test_any_notice_is_taken_and_its_text_is_complete(notice: Notice) -> None:
    check_notice(notice)


@FEW
@given(burst=st.lists(notices(), min_size=1, max_size=12))
def test_any_burst_is_taken_and_its_text_is_complete(burst: list[Notice]) -> None:
    # Of one job a mute's summary tells the last notice, so each is of a job of its own.
    check_burst(list({notice.job.id: notice for notice in burst}.values()))


@FEW
@given(found=st.lists(watches(), max_size=WATCHES_SHOWN + 2), moment=st.none() | moments())
def test_any_watches_are_taken(found: list[Watch], moment: datetime | None) -> None:
    named = frozenset({"C0EVALS", "U0MEMBER"})
    message = watch_list(found, channel="C0EVALS", muted_until=moment)
    check(message, mentioned=named, text_chars=TEXT_CHARS)
    for watch in found[:3]:
        for answer in (
            watching_here(watch, joined=True),
            watching_here(watch, elsewhere=True),
            already_watching(watch),
            already_watching(watch, elsewhere=True),
            unwatched(watch),
            not_yours(watch),
        ):
            check(answer, mentioned=named)


@FEW
@given(stored=st.lists(rows(), min_size=1, max_size=30), job_id=job_ids(), moment=moments())
def test_any_log_is_taken(stored: list[Row], job_id: str, moment: datetime) -> None:
    check(log_of(job_id, stored), mentioned=frozenset({"C0EVALS"}))
    check(muted(until=moment, by="U0MEMBER"), mentioned=frozenset({"U0MEMBER"}))
    check(unmuted(since=moment))


@FEW
@given(job=jobs())
def test_any_job_that_is_over_is_told(job: EvaluationJob) -> None:
    message = has_ended(job)
    check(message)
    check_complete(message, (job,))


def test_our_own_words_are_taken() -> None:
    for message in (
        greeting_message(),
        sample_message(),
        operator_message("saturated", ""),
        muted(until=THEN),
        unmuted(since=None),
        unwatched_all(0),
        unwatched_all(10**9),
        no_such_watch(10**9, range(10**9 - 99, 10**9)),
        invite_me(),
        sample_sent("D0DIRECT"),
    ):
        check(message)
