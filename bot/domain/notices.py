"""A notice: what happened to one job, for one channel, whoever there watches it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.domain.jobs import EvaluationJob
from bot.domain.outbox import Kind, NewRow, row_key
from bot.domain.snapshots import dump_job, load_job

GROUP_ABOVE = 5
"""More notices than this at once for one channel become one message with a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a row of kind started, ended or corrected says.

    Attributes:
        job: as it was when this was decided.
        previous_status: what was told before, for a correction; None otherwise.
        mentions: Slack ids to mention, each once; empty unless the job failed.
        watches: the numbers of the watches that wanted it, ascending; never empty.
        thread: one of them wants the end in the thread of the job's card, if there is a card.
    """

    kind: Kind
    job: EvaluationJob
    previous_status: str | None = None
    mentions: tuple[str, ...] = ()
    watches: tuple[int, ...]
    thread: bool = True


def dump_notice(notice: Notice) -> dict[str, Any]:
    """A notice as JSON, for the payload of a row."""
    return {
        "kind": notice.kind.value,
        "job": dump_job(notice.job),
        "previous_status": notice.previous_status,
        "mentions": list(notice.mentions),
        "watches": list(notice.watches),
        "thread": notice.thread,
    }


def load_notice(data: Mapping[str, Any]) -> Notice:
    """The notice that ``dump_notice`` wrote."""
    return Notice(
        kind=Kind(data["kind"]),
        job=load_job(data["job"]),
        previous_status=data["previous_status"],
        mentions=tuple(data["mentions"]),
        watches=tuple(data["watches"]),
        thread=data["thread"],
    )


def group_rows(rows: Sequence[NewRow], *, now: datetime) -> NewRow:
    """One row in the place of several of one channel; the same rows give the same key.

    ``rows`` are of kinds ended and corrected, and never empty; their order is the table's.
    """
    channel = rows[0].channel
    members = sha256("\n".join(sorted(row.key for row in rows)).encode()).hexdigest()
    return NewRow(
        key=row_key(Kind.GROUP, members, epoch=0, channel=channel),
        kind=Kind.GROUP,
        channel=channel,
        subject=members,
        payload={"notices": [row.payload for row in rows]},
        due_at=now,
    )
