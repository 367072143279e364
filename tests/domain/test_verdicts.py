"""Every outcome of a post and of a look, and what is written down for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import verdicts
from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
)
from bot.domain.outbox import Kind, Row, State
from bot.domain.pace import Pace
from bot.domain.verdicts import InDoubt, Reason, Verdict

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PACE = Pace()
ROW = Row(
    key="ended:eval-1:0:C0EVALS",
    kind=Kind.ENDED,
    channel="C0EVALS",
    subject="eval-1",
    due_at=NOON,
    id=1,
    state=State.CLAIMED,
    attempts=1,
    created_at=NOON,
)
DOUBTED = replace(ROW, doubted_at=NOON)
HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY

UNREACHABLE = SlackUnreachable("no connection")
IN_DOUBT = SlackInDoubt("reset")
BUSY = SlackBusy("busy", retry_after_seconds=7)
MESSAGE = SlackRefusedMessage("no", code="invalid_blocks")
CHANNEL = SlackRefusedChannel("no", code="not_in_channel")
THREAD = SlackRefusedChannel("no", code="cannot_reply_to_message")
TOKEN = SlackRefusedToken("no", code="token_revoked")
OTHER = SlackRefused("no", code="missing_scope")


def post(
    row: Row = ROW,
    error: SlackError | None = None,
    *,
    age: float = 0,
    draw: float = 0.5,
    threaded: bool = False,
) -> Verdict:
    return verdicts.after_post(
        row, error, threaded=threaded, now=NOON + timedelta(seconds=age), pace=PACE, draw=draw
    )


def look(
    row: Row = DOUBTED,
    error: SlackError | None = None,
    *,
    found: bool = False,
    age: float = 0,
    in_doubt: InDoubt = InDoubt.REPEAT,
) -> Verdict:
    return verdicts.after_look(
        row,
        error,
        found=found,
        now=NOON + timedelta(seconds=age),
        pace=PACE,
        in_doubt=in_doubt,
        draw=0.5,
    )


def refused(code: str, **more: Any) -> Row:
    return replace(ROW, error=code, **more)


@pytest.mark.parametrize(
    ("row", "error", "age", "reason", "seconds", "code"),
    [
        (ROW, None, 0, Reason.SENT, None, ""),
        (ROW, UNREACHABLE, 0, Reason.AGAIN, 1, "no_answer"),
        (refused("no_answer"), UNREACHABLE, WEEK - 1, Reason.AGAIN, 1, "no_answer"),
        (refused("no_answer"), UNREACHABLE, WEEK, Reason.DEAD, None, "no_answer"),
        (ROW, UNREACHABLE, WEEK, Reason.AGAIN, 1, "no_answer"),
        (ROW, BUSY, 0, Reason.HOLD_CHANNEL, 7, "ratelimited"),
        (refused("ratelimited"), BUSY, WEEK, Reason.HOLD_CHANNEL, 7, "ratelimited"),
        (ROW, MESSAGE, 0, Reason.PLAIN, 0, "invalid_blocks"),
        (refused("invalid_blocks"), MESSAGE, 0, Reason.DEAD, None, "invalid_blocks"),
        (ROW, CHANNEL, 0, Reason.PAUSE_CHANNEL, HOUR, "not_in_channel"),
        (ROW, THREAD, 0, Reason.PAUSE_CHANNEL, HOUR, "cannot_reply_to_message"),
        (refused("is_archived"), CHANNEL, DAY - 1, Reason.PAUSE_CHANNEL, HOUR, "not_in_channel"),
        (refused("is_archived"), CHANNEL, DAY, Reason.DEAD, None, "not_in_channel"),
        (ROW, CHANNEL, DAY, Reason.PAUSE_CHANNEL, HOUR, "not_in_channel"),
        (ROW, TOKEN, 0, Reason.STOP_ALL, 300, "token_revoked"),
        (refused("token_revoked"), TOKEN, WEEK, Reason.STOP_ALL, 300, "token_revoked"),
        (ROW, OTHER, 0, Reason.AGAIN, 1, "missing_scope"),
        (refused("missing_scope"), OTHER, DAY, Reason.DEAD, None, "missing_scope"),
    ],
)
def test_what_becomes_of_a_post(  # noqa: PLR0917 - one row of the table
    row: Row,
    error: SlackError | None,
    age: float,
    reason: Reason,
    seconds: float | None,
    code: str,
) -> None:
    verdict = post(row, error, age=age)
    due_at = None if seconds is None else NOON + timedelta(seconds=age + seconds)
    assert verdict == Verdict(reason=reason, due_at=due_at, error=code)


def test_a_post_without_a_clear_answer_is_looked_for_once_it_cannot_land_any_more() -> None:
    assert post(error=IN_DOUBT, age=3) == Verdict(
        reason=Reason.DOUBT,
        due_at=NOON + timedelta(seconds=3 + PACE.settle),
        doubted_at=NOON + timedelta(seconds=3),
    )


def test_a_thread_that_is_closed_leaves_the_channel_once() -> None:
    verdict = post(error=THREAD, threaded=True)
    assert (verdict.reason, verdict.due_at) == (Reason.UNTHREAD, NOON)
    row = refused(verdict.error)
    assert verdicts.is_unthreaded(row)
    assert post(row, THREAD).reason is Reason.PAUSE_CHANNEL
    assert post(error=CHANNEL, threaded=True).reason is Reason.PAUSE_CHANNEL


def test_a_lesson_outlives_the_troubles_that_come_after_it() -> None:
    row = ROW
    for error in (MESSAGE, BUSY, UNREACHABLE, TOKEN, OTHER):
        row = replace(row, error=post(row, error).error)
        assert verdicts.is_plain(row)
    row = replace(row, error=look(replace(row, doubted_at=NOON), OTHER).error)
    assert verdicts.is_plain(row)
    assert verdicts.is_repeat(row)
    assert row.error == "invalid_blocks in_doubt"
    assert post(row, MESSAGE).reason is Reason.DEAD


@given(attempts=st.integers(0, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_pause_grows_with_the_attempts_and_has_an_end(attempts: int, draw: float) -> None:
    due_at = post(replace(ROW, attempts=attempts), UNREACHABLE, draw=draw).due_at
    assert due_at is not None
    most = min(PACE.retry_most, PACE.retry * 2 ** max(0, min(attempts, 20) - 1))
    assert 0 <= (due_at - NOON).total_seconds() <= most


def test_pauses_follow_the_pace() -> None:
    quick = Pace().scaled(0.01)
    verdict = verdicts.after_post(ROW, CHANNEL, threaded=False, now=NOON, pace=quick, draw=0.5)
    assert verdict.due_at == NOON + timedelta(seconds=36)


@pytest.mark.parametrize(
    ("row", "error", "found", "reason", "seconds", "not_found"),
    [
        (DOUBTED, None, True, Reason.SENT, None, 0),
        (DOUBTED, None, False, Reason.DOUBT, PACE.settle, 1),
        (replace(DOUBTED, not_found=1), None, False, Reason.NOT_THERE, 0, 0),
        (replace(DOUBTED, not_found=1), BUSY, False, Reason.DOUBT, 7, 1),
        (DOUBTED, UNREACHABLE, False, Reason.DOUBT, 1, 0),
        (DOUBTED, TOKEN, False, Reason.STOP_ALL, 300, 0),
        (DOUBTED, CHANNEL, False, Reason.DOUBT, 300, 0),
        (
            replace(DOUBTED, doubted_at=NOON - timedelta(days=2)),
            CHANNEL,
            False,
            Reason.REPEAT,
            0,
            0,
        ),
        (replace(DOUBTED, channel="U0MEMBER"), CHANNEL, False, Reason.REPEAT, 0, 0),
        (DOUBTED, OTHER, False, Reason.REPEAT, 0, 0),
    ],
)
def test_what_becomes_of_a_look(  # noqa: PLR0917 - one row of the table
    row: Row,
    error: SlackError | None,
    found: bool,  # noqa: FBT001 - one row of the table
    reason: Reason,
    seconds: float | None,
    not_found: int,
) -> None:
    verdict = look(row, error, found=found, age=20)
    due_at = None if seconds is None else NOON + timedelta(seconds=20 + seconds)
    assert (verdict.reason, verdict.due_at, verdict.not_found) == (reason, due_at, not_found)
    stays_in_doubt = reason in {Reason.DOUBT, Reason.STOP_ALL}
    assert verdict.doubted_at == (NOON if stays_in_doubt else None)


def test_a_channel_that_cannot_be_read_back_is_repeated_or_parked_as_the_operator_chose() -> None:
    verdict = look(error=OTHER)
    assert verdicts.is_repeat(refused(verdict.error))
    parked = look(error=OTHER, in_doubt=InDoubt.PARK)
    assert parked == Verdict(reason=Reason.PARK, error="in_doubt")


def test_repeats_come_to_an_end() -> None:
    row = refused("in_doubt", doubted_at=NOON, attempts=4)
    assert look(row, OTHER).reason is Reason.REPEAT
    assert look(replace(row, attempts=5), OTHER).reason is Reason.PARK
    assert look(replace(DOUBTED, attempts=500), OTHER).reason is Reason.REPEAT


def test_a_doubt_that_nobody_can_resolve_for_a_week_is_parked() -> None:
    assert look(error=UNREACHABLE, age=WEEK - 1).reason is Reason.DOUBT
    assert look(error=UNREACHABLE, age=WEEK).reason is Reason.PARK
    assert look(error=BUSY, age=WEEK).reason is Reason.PARK


def test_a_message_that_is_not_there_for_a_week_is_given_up() -> None:
    row = refused("not_found", doubted_at=NOON, not_found=1)
    assert look(row, age=WEEK - 1).reason is Reason.NOT_THERE
    assert look(row, age=WEEK) == Verdict(reason=Reason.DEAD, error="not_found")


def test_nobody_looks_while_the_doubtful_request_can_still_land() -> None:
    def wait(age: float) -> Verdict | None:
        now = NOON + timedelta(seconds=age)
        return verdicts.before_look(replace(DOUBTED, not_found=1), now=now, pace=PACE)

    assert wait(0) == Verdict(
        reason=Reason.DOUBT,
        due_at=NOON + timedelta(seconds=PACE.settle),
        doubted_at=NOON,
        not_found=1,
    )
    assert wait(PACE.settle - 0.001) is not None
    assert wait(PACE.settle) is None
    assert verdicts.before_look(ROW, now=NOON, pace=PACE) is None


ERRORS = st.sampled_from(
    [None, UNREACHABLE, IN_DOUBT, BUSY, MESSAGE, CHANNEL, THREAD, TOKEN, OTHER]
)


@given(
    error=ERRORS,
    age=st.floats(0, 2 * WEEK),
    words=st.sampled_from([None, "", "no_answer", "invalid_blocks", "in_doubt is_archived"]),
    threaded=st.booleans(),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_no_verdict_on_a_post_forgets_a_row(
    error: SlackError | None, age: float, words: str | None, *, threaded: bool, draw: float
) -> None:
    verdict = post(replace(ROW, error=words), error, age=age, threaded=threaded, draw=draw)
    ends = {Reason.SENT, Reason.DEAD}
    assert (verdict.due_at is None) == (verdict.reason in ends)
    assert (verdict.reason is Reason.SENT) == (error is None)
    assert (verdict.doubted_at is None) == (error is not IN_DOUBT)
    if verdict.due_at is not None:
        assert verdict.due_at >= NOON + timedelta(seconds=age)
