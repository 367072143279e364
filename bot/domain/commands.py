"""What a person may ask for after ``/evals``, as values. ``domain.query`` makes them from text."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.jobs import EvaluationType, Status

MAX_LIMIT = 100
"""Together lists at most this many jobs in one answer."""


HELP_TOPICS = ("list", "filters", "show", "watch", "mute", "status")
"""What ``/evals help`` can tell more about; ``rendering.help`` has a text for each."""


class Sort(StrEnum):
    """The orders in which jobs can be listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PASS = "pass"  # noqa: S105 - a share of passing rows
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs are meant. Each text matches a part of the name, whatever its case."""

    type: EvaluationType | None = None
    model: str | None = None
    judge: str | None = None
    dataset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    """``/evals [statuses] [limit] [filters]``.

    Attributes:
        statuses: the statuses asked for; empty means all.
        limit: 1 to 100, or None when none was typed (Together's default is 10).
        since: a span back from now, or a day (UTC); the parser has no clock.
        public: the answer is for the whole channel.
    """

    statuses: frozenset[Status] = frozenset()
    limit: int | None = None
    filter: JobFilter = JobFilter()
    since: timedelta | date | None = None
    sort: Sort = Sort.NEWEST
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJob:
    """``/evals eval-7df2`` or ``/evals show 7df2``: an id or the beginning of one, as typed."""

    reference: str
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """``/evals help [topic]``; None is the overview."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """``/evals status``: how the bot itself is."""


class Event(StrEnum):
    """What a watch can tell of. ``failed`` in a query stands for both failures."""

    STARTED = "started"
    COMPLETED = "completed"
    ERROR = "error"
    USER_ERROR = "user_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """``/evals watch [filters] [events:] [notify:] [thread:] [in:]``, or one job by its id.

    Attributes:
        job: the id of the one job to follow; then ``filter`` is empty.
        events: what to tell of; empty means the default, completed and both failures.
        notify: Slack ids (``U…``, ``W…`` or ``S…``) to mention, in the order typed.
        thread: True or False as typed, None when it was not.
        channel: the Slack id of ``in:#channel``, None for the channel it is typed in.
    """

    job: str | None = None
    filter: JobFilter = JobFilter()
    events: frozenset[Event] = frozenset()
    notify: tuple[str, ...] = ()
    thread: bool | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Watches:
    """``/evals watches``: what this channel watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatch:
    """``/evals unwatch 3`` ends watch 3 (its own number, never a position); None ends all."""

    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """``/evals mute 2h``."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class Unmute:
    """``/evals unmute``."""


@dataclass(frozen=True, slots=True)
class SendTest:
    """``/evals test``: post a sample notice here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLog:
    """``/evals log <id>``: when and where notices of a job went."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A verb that the grammar reserves and this version does not carry out."""

    verb: str


Command = (
    ListJobs
    | ShowJob
    | Help
    | Health
    | Watch
    | Watches
    | Unwatch
    | Mute
    | Unmute
    | SendTest
    | ShowLog
    | Later
)
