"""What becomes of a row after a post, or after a look for one that Slack may have taken.

Two decisions, each with a named reason::

    after_post   no error                 SENT
                 no clear answer          DOUBT: look for it when it cannot land any more
                 not reached              AGAIN, later each time, for a week; then DEAD
                 429                      HOLD_CHANNEL for as long as Slack says
                 a fault of the message   PLAIN, once; then DEAD
                 a fault of the thread    UNTHREAD, once
                 a fault of the channel   PAUSE_CHANNEL, for a day; then DEAD
                 the token                STOP_ALL
                 anything else            AGAIN, for a day; then DEAD

    after_look   found                    SENT
                 not there, first         DOUBT: look once more
                 not there, twice         NOT_THERE: post it again, for a week; then DEAD
                 cannot be read back      REPEAT, marked, a few times; or PARK (EVALS_IN_DOUBT)
                 Slack did not say        DOUBT, for a week; then PARK
                 the token                STOP_ALL

Time bounds every try, and not their number: an outage tries often and must lose nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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
from bot.domain.outbox import Row
from bot.domain.pace import Pace
from bot.domain.slack_codes import MESSAGE_FAULTS, THREAD_FAULTS

IN_DOUBT = "in_doubt"
"""An error of ours: Slack may have taken the message, and there is no way to know."""
NOT_FOUND = "not_found"
"""An error of ours: the message was looked for twice, and is not there."""
NO_ANSWER = "no_answer"
"""An error of ours: Slack was not reached, or gave no code."""
LATE = "late"
"""An error of ours: there was a claim, and no time left to use it."""
UNREADABLE = "unreadable"
"""An error of ours: this version cannot read what another one stored."""

LOOKS = 2
_REPEATS = 5
"""Posts of a row that may all have been taken; then somebody has to look."""
_REFUSED_FOR = 24
_UNREACHABLE_FOR = 7 * 24
"""In pauses, an hour each: what Slack refuses for a day, or does not answer for a week."""
_LESSONS = MESSAGE_FAULTS | THREAD_FAULTS | {IN_DOUBT}


class InDoubt(StrEnum):
    """What to do about a doubtful message where the channel cannot be read back."""

    REPEAT = "repeat"
    """Post it again, marked as a possible repeat: at least once."""
    PARK = "park"
    """Give it up, for an operator to replay: at most once."""


class Reason(StrEnum):
    """Why a row is where it is."""

    SENT = "sent"
    SKIPPED = "skipped"
    """Nothing was left to say."""
    AGAIN = "again"
    HOLD_CHANNEL = "hold_channel"
    PLAIN = "plain"
    UNTHREAD = "unthread"
    DOUBT = "doubt"
    NOT_THERE = "not_there"
    REPEAT = "repeat"
    PARK = "park"
    DEAD = "dead"
    PAUSE_CHANNEL = "pause_channel"
    STOP_ALL = "stop_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to write down about a row, and why.

    Attributes:
        due_at: when it is worked on next; None when it is not.
        doubted_at: since when it is in doubt; None when it is not.
        not_found: how often it was looked for in vain since.
        error: Slack's code, and before it the lessons that the next post heeds.
    """

    reason: Reason
    due_at: datetime | None = None
    doubted_at: datetime | None = None
    not_found: int = 0
    error: str = ""


def is_plain(row: Row) -> bool:
    """Whether Slack found fault with its blocks: words alone are left."""
    return not MESSAGE_FAULTS.isdisjoint(_lessons(row))


def is_unthreaded(row: Row) -> bool:
    """Whether Slack refused it in a thread: the channel itself is left."""
    return not THREAD_FAULTS.isdisjoint(_lessons(row))


def is_repeat(row: Row) -> bool:
    """Whether it may be there already, so that it has to say so."""
    return IN_DOUBT in _lessons(row)


def after_post(  # noqa: PLR0911 - one a case
    row: Row, error: SlackError | None, *, threaded: bool, now: datetime, pace: Pace, draw: float
) -> Verdict:
    """Decide after a post. ``draw`` is a random number in [0, 1)."""
    code = NO_ANSWER if error is None else error.code or NO_ANSWER
    match error:
        case None:
            return Verdict(reason=Reason.SENT)
        case SlackInDoubt():
            return Verdict(reason=Reason.DOUBT, due_at=now + _span(pace.settle), doubted_at=now)
        case SlackBusy(retry_after_seconds=seconds):
            return _again(row, Reason.HOLD_CHANNEL, now + _span(seconds), code)
        case SlackRefusedMessage() if not is_plain(row):
            return _again(row, Reason.PLAIN, now, code)
        case SlackRefusedChannel() if threaded and code in THREAD_FAULTS:
            return _again(row, Reason.UNTHREAD, now, code)
        case SlackRefusedChannel() if not _has_lasted(row, _REFUSED_FOR, now=now, pace=pace):
            return _again(row, Reason.PAUSE_CHANNEL, now + _span(pace.pause), code)
        case SlackRefusedToken():
            return _again(row, Reason.STOP_ALL, now + _span(pace.retry_most), code)
        case SlackUnreachable() if not _has_lasted(row, _UNREACHABLE_FOR, now=now, pace=pace):
            return _again(row, Reason.AGAIN, _later(row, now=now, pace=pace, draw=draw), code)
        case SlackRefused() if not _has_lasted(row, _REFUSED_FOR, now=now, pace=pace):
            return _again(row, Reason.AGAIN, _later(row, now=now, pace=pace, draw=draw), code)
        case _:
            return Verdict(reason=Reason.DEAD, error=_error(row, code))


def after_look(  # noqa: PLR0911 - one a case
    row: Row,
    error: SlackError | None,
    *,
    found: bool,
    now: datetime,
    pace: Pace,
    in_doubt: InDoubt,
    draw: float,
) -> Verdict:
    """Decide about a row in doubt. ``draw`` is a random number in [0, 1)."""
    match error:
        case None if found:
            return Verdict(reason=Reason.SENT)
        case None if row.not_found + 1 >= LOOKS:
            if _has_lasted(row, _UNREACHABLE_FOR, now=now, pace=pace):
                return Verdict(reason=Reason.DEAD, error=_error(row, NOT_FOUND))
            return _again(row, Reason.NOT_THERE, now, NOT_FOUND)
        case None:
            return _doubt(row, now + _span(pace.settle), more=1)
        case SlackRefusedToken():
            return _doubt(row, now + _span(pace.retry_most), reason=Reason.STOP_ALL)
        case SlackRefusedChannel() if _may_open_again(row, now=now, pace=pace):
            # Nobody could post there now either: what cannot be read cannot be repeated.
            return _doubt(row, now + _span(pace.retry_most))
        case SlackRefusedChannel() | SlackRefused():
            return _unreadable(row, now=now, in_doubt=in_doubt)
        case _ if now - (row.doubted_at or now) >= _UNREACHABLE_FOR * _span(pace.pause):
            return Verdict(reason=Reason.PARK, error=_error(row, IN_DOUBT))
        case SlackBusy(retry_after_seconds=seconds):
            return _doubt(row, now + _span(seconds))
        case _:
            return _doubt(row, _later(row, now=now, pace=pace, draw=draw))


def before_look(row: Row, *, now: datetime, pace: Pace) -> Verdict | None:
    """Wait while the doubtful request can still land; None when it cannot."""
    if row.doubted_at is None or now >= row.doubted_at + _span(pace.settle):
        return None
    return _doubt(row, row.doubted_at + _span(pace.settle))


def _unreadable(row: Row, *, now: datetime, in_doubt: InDoubt) -> Verdict:
    worn_out = is_repeat(row) and row.attempts >= _REPEATS
    if in_doubt is InDoubt.REPEAT and not worn_out:
        return _again(row, Reason.REPEAT, now, IN_DOUBT)
    return Verdict(reason=Reason.PARK, error=_error(row, IN_DOUBT))


def _may_open_again(row: Row, *, now: datetime, pace: Pace) -> bool:
    """A channel may take the bot back for a day; a person's own one was never readable by id."""
    to_a_person = row.channel.startswith(("U", "W"))
    return not to_a_person and now - (row.doubted_at or now) < _REFUSED_FOR * _span(pace.pause)


def _doubt(row: Row, due_at: datetime, *, more: int = 0, reason: Reason = Reason.DOUBT) -> Verdict:
    not_found = row.not_found + more
    return Verdict(reason=reason, due_at=due_at, doubted_at=row.doubted_at, not_found=not_found)


def _again(row: Row, reason: Reason, due_at: datetime, code: str) -> Verdict:
    return Verdict(reason=reason, due_at=due_at, error=_error(row, code))


def _error(row: Row, code: str) -> str:
    """The lessons outlive a passing trouble, so that no fault is met twice."""
    words = [word for word in _lessons(row) if word != code]
    return " ".join(filter(None, [*words, code]))


def _lessons(row: Row) -> Collection[str]:
    return [word for word in (row.error or "").split() if word in _LESSONS]


def _later(row: Row, *, now: datetime, pace: Pace, draw: float) -> datetime:
    """Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
    doublings = min(max(row.attempts - 1, 0), 30)
    return now + _span(draw * min(pace.retry_most, pace.retry * 2**doublings))


def _has_lasted(row: Row, pauses: int, *, now: datetime, pace: Pace) -> bool:
    """Whether a row is that old; its first refusal never counts, however late it was due."""
    return row.error is not None and now - row.created_at >= pauses * _span(pace.pause)


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
