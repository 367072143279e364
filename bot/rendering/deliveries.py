"""What became of notices: quiet and its end, a sample, and the record of what went where."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.outbox import Kind, Row, State
from bot.domain.verdicts import IN_DOUBT, LATE, NO_ANSWER, NOT_FOUND, UNREADABLE
from bot.rendering import kit
from bot.rendering.foreign import code, foreign
from bot.rendering.kit import Message

ROWS_SHOWN = 20

_REFERENCE_CHARS = 160
_CODE_CHARS = 60
_KINDS = {
    Kind.STARTED: "card of its start",
    Kind.ENDED: "notice of its end",
    Kind.CORRECTED: "correction",
}
_STATES = {
    State.PENDING: "waiting to be sent",
    State.CLAIMED: "being sent",
    State.DOUBT: "sent, and Slack did not confirm it: being looked for",
    State.COVERED: "told in one message with others",
    State.MUTED: "kept back, the channel was muted",
    State.SKIPPED: "not needed any more",
}
_OUR_WORDS = {
    IN_DOUBT: "Slack never said whether it took it",
    NOT_FOUND: "Slack never confirmed it",
    NO_ANSWER: "Slack did not answer",
    LATE: "Slack did not answer",
    UNREADABLE: "this version of the bot cannot read it",
}


def muted(*, until: datetime, by: str | None = None) -> Message:
    """A channel is quiet; ``by`` is the Slack id of who asked for it, where others read this."""
    who = f" by {kit.mention(by)}" if by else ""
    return _message(
        f"Notices here are muted{who} until {kit.when(until)}. Then I say what was missed. "
        "`/evals unmute` ends it now."
    )


def unmuted(*, since: datetime | None) -> Message:
    """A channel is not quiet any more; ``since`` is when that began, None when it was not."""
    if since is None:
        return _message("Notices here are not muted.")
    return _message(
        f"Notices come again. What was missed since {kit.when(since)} follows, if there is any."
    )


def sample_sent(channel: str) -> Message:
    """A sample notice is on its way."""
    return _message(
        f"A sample notice is on its way to {kit.channel(channel)}. If it does not come within a "
        "minute, `/evals status` tells why."
    )


def log_of(job_id: str, rows: Sequence[Row]) -> Message:
    """When and where each notice of a job went, the first one first.

    Args:
        job_id: the job's whole id.
        rows: its rows, in any order; never empty.
    """
    ordered = sorted(rows, key=lambda row: row.id)
    top = f"*Notices of {foreign(job_id, chars=_REFERENCE_CHARS)}*"
    lines = [_line(row) for row in ordered[-ROWS_SHOWN:]]
    if len(ordered) > ROWS_SHOWN:
        top += f", the last {ROWS_SHOWN} of {len(ordered)}"
    return _message(kit.joined([top, *lines]))


def no_log(reference: str) -> Message:
    """Nothing was ever to be told of such a job."""
    return _message(
        f"No notice of {code(reference, chars=_REFERENCE_CHARS)} was ever due: no watch asked for "
        "it, or it is more than 90 days ago. `/evals watches` shows what is watched here."
    )


def _line(row: Row) -> str:
    what = _KINDS.get(row.kind, row.kind.value)
    return f"{kit.channel(row.channel)} · {what} · {_became(row)}"


def _became(row: Row) -> str:
    if row.state is State.SENT:
        return f"delivered {kit.when(row.sent_at)}" if row.sent_at else "delivered"
    if row.state is State.DEAD:
        return f"given up, {_why(row.error or '')}, noticed {kit.when(row.created_at)}"
    return f"{_STATES[row.state]}, noticed {kit.when(row.created_at)}"


def _why(error: str) -> str:
    """The last of the codes is why; those before it are what was tried."""
    last = error.rpartition(" ")[2]
    said = code(last, chars=_CODE_CHARS) or "nothing more"
    return _OUR_WORDS.get(last, f"Slack says {said}")


def _message(words: str) -> Message:
    return Message(text=words, blocks=(kit.section(words),))
