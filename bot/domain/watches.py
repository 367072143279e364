"""What a channel wants to be told of, and whether a job is meant by it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.commands import Event, JobFilter
from bot.domain.jobs import EvaluationJob, Status
from bot.domain.selection import matches

DEFAULT_EVENTS = frozenset({Event.COMPLETED, Event.ERROR, Event.USER_ERROR})
"""Nothing on the way: a card for each start is asked for by ``events:started``."""


class Origin(StrEnum):
    """Where a watch was written down."""

    COMMAND = "command"
    SETTING = "setting"
    """``EVALS_CHANNEL``."""
    FILE = "file"
    """``evals.toml``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWatch:
    """A watch before it has a number.

    Attributes:
        channel: its Slack id, or a user's id for a direct message.
        job: the whole id of the one job to follow, which ends the watch with its end; then
            ``filter`` is empty.
        events: never empty.
        notify: Slack ids (``U…``, ``W…``, ``S…``) to mention when a job fails.
        thread: the end of a job with a card is told in the card's thread; else on its own.
        created_by: a user id; None for a setting's or a file's.
        identity: what a setting's or a file's watch is recognised by at the next start; None for
            a command's.
        since: it tells of what is first seen to end after this; aware, UTC.
    """

    channel: str
    job: str | None = None
    filter: JobFilter = field(default_factory=JobFilter)
    events: frozenset[Event] = DEFAULT_EVENTS
    notify: tuple[str, ...] = ()
    thread: bool = True
    created_by: str | None = None
    origin: Origin = Origin.COMMAND
    identity: str | None = None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(NewWatch):
    """A stored watch. ``number`` is its own for ever, never a position.

    Attributes:
        paused_until: Slack refused its channel: nothing is sent before, then once an hour.
        fault: Slack's code for that refusal.
        last_sent_at: when a notice of it was last delivered.
    """

    number: int
    paused_until: datetime | None = None
    fault: str | None = None
    last_sent_at: datetime | None = None


def is_meant(job: EvaluationJob, watch: NewWatch) -> bool:
    """Whether a watch is about this job, whatever happens to it."""
    if watch.job is not None:
        return job.id == watch.job
    return matches(job, watch.filter)


def event_of(status: str) -> Event | None:
    """The event that reaching this status is; None for what no watch tells of."""
    match status:
        case Status.COMPLETED:
            return Event.COMPLETED
        case Status.ERROR:
            return Event.ERROR
        case Status.USER_ERROR:
            return Event.USER_ERROR
        case Status.RUNNING:
            return Event.STARTED
        case _:
            return None
