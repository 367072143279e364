"""What the bot needs to remember. Each call is one transaction; times are aware, UTC."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.outbox import NewRow, Row, State
from bot.domain.seen import SeenJob
from bot.domain.watches import NewWatch, Origin, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a poll has to know before it decides.

    Attributes:
        seen: of the jobs that were asked about, those that were ever seen.
        ended_lately: jobs whose ``ended_at`` is ``recheck_since`` or later and that are not silent.
        watches: all that have not ended, paused ones included.
        muted: channels that are muted, with the end of it.
        settings: everything that ``Changes.settings`` ever stored.
    """

    seen: Mapping[str, SeenJob]
    ended_lately: tuple[SeenJob, ...]
    watches: tuple[Watch, ...]
    muted: Mapping[str, datetime]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a poll decided. ``rows`` whose key exists already are left out by the store.

    More than ``GROUP_ABOVE`` new rows of one channel (kinds ended and corrected, not muted) become
    covered by one row that ``domain.notices.group_rows`` makes of them.
    """

    seen: Sequence[SeenJob] = ()
    rows: Sequence[NewRow] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    ended_watches: Collection[int] = ()


class Polls(Protocol):
    """The poller's memory."""

    async def unfinished(self) -> tuple[SeenJob, ...]:
        """Jobs without ``ended_at``, by ``first_seen_at``, at most 500."""
        ...

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        """Read, decide and write in one transaction; return which of the decided rows were new.

        ``decide`` is pure and may be called again when the database asks for another try.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A muted channel."""

    channel: str
    since: datetime
    until: datetime
    by: str


class WatchBook(Protocol):
    """Who wants to know what."""

    async def add_watch(self, new: NewWatch) -> Watch:
        """Store a watch; one that is the same but for its number, time and creator is returned."""
        ...

    async def watches(self, *, channel: str | None = None) -> tuple[Watch, ...]:
        """Watches that have not ended, by number; of one channel, or all."""
        ...

    async def end_watch(self, number: int, *, channel: str) -> Watch | None:
        """End one watch of a channel; None when the channel has no such watch."""
        ...

    async def end_watches(self, *, channel: str) -> int:
        """End a channel's watches that a command made; return how many."""
        ...

    async def sync_watches(self, origin: Origin, wanted: Sequence[NewWatch]) -> None:
        """Make the watches of a setting or a file be these. One that stays keeps its ``since``."""
        ...

    async def mute(self, mute: Mute, row: NewRow) -> None:
        """Mute a channel and store ``row``, which tells what was missed when the mute ends.

        A channel that is muted stays so since the beginning: the end of its mute moves, its first
        row with it, and ``row`` is dropped.
        """
        ...

    async def muted(self, channel: str, *, now: datetime) -> Mute | None:
        """The mute of a channel that has not run out; None when there is none."""
        ...

    async def unmute(self, channel: str, *, now: datetime) -> Mute | None:
        """End a mute: its row is due now. None when the channel is not muted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How the outbox is."""

    waiting: int
    oldest_due_at: datetime | None
    dead: int
    sent: int
    in_doubt: int


class Outbox(Protocol):
    """What is to be said, and how far each message got. See ``domain.outbox``.

    Marks take the row as it was claimed. They do nothing, and return False, when somebody else has
    claimed it since (``fence``).
    """

    async def enqueue(self, rows: Sequence[NewRow], *, now: datetime) -> Sequence[NewRow]:
        """Store rows; return those whose key was new."""
        ...

    async def claim(
        self, *, now: datetime, lease_until: datetime, next_post_at: datetime, limit: int
    ) -> tuple[Row, ...]:
        """Take due rows, at most one a channel, committed before it returns.

        A channel's rows go in order of their ids: none while an earlier one is open, unless that
        one was put off from the start and its time has not come. A channel is passed over until
        its ``hold``; claiming holds it until ``next_post_at``. A claimed row
        whose lease has run out comes back as one in doubt (``doubted_at`` is its lease's end).
        """
        ...

    async def sent(
        self, row: Row, *, channel: str, ts: str, thread_ts: str | None, now: datetime
    ) -> bool:
        """Slack took it, in ``channel``, which is the row's from now on; noted with its watches."""
        ...

    async def again(self, row: Row, *, due_at: datetime, error: str) -> bool:
        """Slack refused it for now, or was not reached: due again later. Ends a doubt."""
        ...

    async def doubt(self, row: Row, *, since: datetime, due_at: datetime, not_found: int) -> bool:
        """Nobody knows whether Slack took it: look again at ``due_at``."""
        ...

    async def close(self, row: Row, *, state: State, error: str | None = None) -> bool:
        """Nothing more is done about it: ``dead`` or ``skipped``."""
        ...

    async def hold(self, channel: str, *, until: datetime) -> None:
        """Post nothing there before then; never shortened. ``*`` holds every channel."""
        ...

    async def pause_watches(
        self, channel: str, *, until: datetime, fault: str
    ) -> tuple[Watch, ...]:
        """Note that Slack refuses a channel; return its watches as they were before."""
        ...

    async def resume_watches(self, channel: str) -> None:
        """Slack takes messages there again."""
        ...

    async def rows(
        self,
        *,
        subject: str | None = None,
        channel: str | None = None,
        state: State | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[Row, ...]:
        """Rows that match, the newest first."""
        ...

    async def replay(self, row_id: int, *, now: datetime) -> Row | None:
        """Make a dead row pending, as if never tried; None when there is no such dead row."""
        ...

    async def queue(self) -> Queue:
        """Counts of everything that is stored."""
        ...


class Upkeep(Protocol):
    """What keeps several replicas and years of running apart."""

    async def now(self) -> datetime:
        """The database's time, which all replicas share; this machine's where it is embedded."""
        ...

    async def take_lease(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """Take or keep a lease; False while somebody else holds it."""
        ...

    async def release_lease(self, name: str, *, holder: str) -> None:
        """Let go of a lease, if it is ours."""
        ...

    async def first_setting(self, name: str, value: Any) -> Any:
        """Store a value unless there is one; return the one that is stored."""
        ...

    async def prune(self, *, before: datetime) -> int:
        """Forget what is older and done; return how many.

        That is jobs that have ended and were not seen since, final rows that were stored before,
        and watches that ended before.
        """
        ...

    async def aclose(self) -> None:
        """Let go of every connection."""
        ...


class Store(Polls, WatchBook, Outbox, Upkeep, Protocol):
    """All of it."""
