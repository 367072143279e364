"""``/evals log``: when and where each notice of a job went."""

from dataclasses import replace

from bot.domain.notices import load_notice
from bot.domain.outbox import Kind, Row, State
from bot.domain.selection import find_by_reference
from bot.ports import Outbox
from bot.rendering.deliveries import log_of, no_log
from bot.rendering.kit import Message
from bot.rendering.lists import candidates

_ROWS_OF_A_JOB = 200
_ROWS_LOOKED_AT = 1000
"""The newest rows, among whose jobs the beginning of an id is looked for."""
_ABOUT_JOBS = frozenset({Kind.STARTED, Kind.ENDED, Kind.CORRECTED})


async def log_message(reference: str, outbox: Outbox) -> Message:
    """The log of the job with this id; else of the one whose id begins so, or a choice of several.

    Raises:
        StoreError: the database does not answer.
    """
    rows = await _rows_of(reference, outbox)
    if rows:
        return log_of(reference, rows)
    lately = await outbox.rows(limit=_ROWS_LOOKED_AT)
    jobs = {
        row.subject: load_notice(row.payload).job
        for row in reversed(lately)
        if row.kind in _ABOUT_JOBS
    }
    found = find_by_reference(reference, jobs.values())
    if not found:
        return no_log(reference)
    if len(found) > 1:
        return candidates(reference, found)
    return log_of(found[0].id, await _rows_of(found[0].id, outbox))


async def _rows_of(job_id: str, outbox: Outbox) -> list[Row]:
    rows = await outbox.rows(subject=job_id, limit=_ROWS_OF_A_JOB)
    return [await _with_its_fate(row, outbox) for row in rows if row.kind in _ABOUT_JOBS]


async def _with_its_fate(row: Row, outbox: Outbox) -> Row:
    """A row that another one speaks for was delivered when that one was."""
    if row.state is not State.COVERED:
        return row
    for other in await outbox.rows(
        channel=row.channel, since=row.created_at, limit=_ROWS_LOOKED_AT
    ):
        if other.id == row.covered_by and other.state in {State.SENT, State.DEAD}:
            return replace(row, state=other.state, sent_at=other.sent_at, error=other.error)
    return row
