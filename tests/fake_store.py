"""The store in memory, held to the same contract as the real ones (``tests/contract``)."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.domain.errors import StoreError
from bot.domain.notices import GROUP_ABOVE, group_rows
from bot.domain.outbox import OPEN, Kind, NewRow, Row, State
from bot.domain.seen import SeenJob
from bot.domain.watches import NewWatch, Origin, Watch
from bot.ports import Changes, Clock, Known, Mute, Queue

UNFINISHED_AT_MOST = 500
EVERYWHERE = "*"
NEW_WATCH_FIELDS = tuple(field.name for field in fields(NewWatch))
NEW_ROW_FIELDS = tuple(field.name for field in fields(NewRow))


def as_stored(value: Any) -> Any:
    """What JSON makes of a value, so that nothing but JSON can hide in a test."""
    return json.loads(json.dumps(value, allow_nan=False))


class FakeStore:
    """A dict for each table. ``failure`` is raised by every call while it is set."""

    failure: StoreError | None = None

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.jobs: dict[str, SeenJob] = {}
        self.outbox: dict[int, Row] = {}
        self.holds: dict[str, datetime] = {}
        self.mutes: dict[str, tuple[Mute, str]] = {}
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.settings: dict[str, Any] = {}
        self.all_watches: dict[int, Watch] = {}
        self.ended_at: dict[int, datetime] = {}
        self._last_row = 0
        self._last_watch = 0

    # Polls

    async def unfinished(self) -> tuple[SeenJob, ...]:
        self._weather()
        going = [seen for seen in self.jobs.values() if seen.ended_at is None]
        going.sort(key=lambda seen: (seen.first_seen_at, seen.id))
        return tuple(going[:UNFINISHED_AT_MOST])

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        self._weather()
        lately = [
            seen
            for seen in self.jobs.values()
            if seen.ended_at is not None and seen.ended_at >= recheck_since and not seen.silent
        ]
        known = Known(
            seen={job_id: self.jobs[job_id] for job_id in job_ids if job_id in self.jobs},
            ended_lately=tuple(sorted(lately, key=lambda seen: seen.id)),
            watches=tuple(self._open_watches()),
            muted={channel: mute.until for channel, (mute, _) in self._muted(now=now).items()},
            settings=dict(self.settings),
        )
        changes = decide(known)
        rows = list(self._unknown(changes.rows))
        groups = self._groups(rows, now=now)
        settings = {name: as_stored(value) for name, value in changes.settings.items()}
        self.jobs |= {seen.id: seen for seen in changes.seen}
        self._insert(rows, now=now)
        for group, covered in groups:
            [stored] = self._insert([group], now=now)
            for row in list(self.outbox.values()):
                if row.key in covered:
                    self._put(row, state=State.COVERED, covered_by=stored.id)
        self.settings |= settings
        for number in changes.ended_watches:
            self.ended_at.setdefault(number, now)
        return rows

    # Watches

    async def add_watch(self, new: NewWatch) -> Watch:
        self._weather()
        for watch in self._open_watches(channel=new.channel):
            if _is_same(watch, new):
                return watch
        return self._add(new)

    async def watches(self, *, channel: str | None = None) -> tuple[Watch, ...]:
        self._weather()
        return tuple(self._open_watches(channel=channel))

    async def end_watch(self, number: int, *, channel: str) -> Watch | None:
        self._weather()
        for watch in self._open_watches(channel=channel):
            if watch.number == number:
                self.ended_at[number] = self.clock.now()
                return watch
        return None

    async def end_watches(self, *, channel: str) -> int:
        self._weather()
        ending = [
            watch.number
            for watch in self._open_watches(channel=channel)
            if watch.origin is Origin.COMMAND
        ]
        self.ended_at |= dict.fromkeys(ending, self.clock.now())
        return len(ending)

    async def sync_watches(self, origin: Origin, wanted: Sequence[NewWatch]) -> None:
        self._weather()
        present = {w.identity: w for w in self._open_watches() if w.origin is origin}
        for new in wanted:
            old = present.pop(new.identity, None)
            if old is None:
                self._add(new)
            else:
                self.all_watches[old.number] = replace(
                    old, **{**_new_watch_values(new), "since": old.since}
                )
        self.ended_at |= dict.fromkeys(
            (watch.number for watch in present.values()), self.clock.now()
        )

    async def mute(self, mute: Mute, row: NewRow) -> None:
        self._weather()
        earlier = self._muted(now=mute.since).get(mute.channel)
        if earlier is not None:
            begun, key = earlier
            self.mutes[mute.channel] = (replace(mute, since=begun.since), key)
            self._make_due(key, mute.until)
            return
        self.mutes[mute.channel] = (mute, row.key)
        self._insert(self._unknown([row]), now=mute.since)

    async def muted(self, channel: str, *, now: datetime) -> Mute | None:
        self._weather()
        found = self._muted(now=now).get(channel)
        return None if found is None else found[0]

    async def unmute(self, channel: str, *, now: datetime) -> Mute | None:
        self._weather()
        found = self._muted(now=now).get(channel)
        self.mutes.pop(channel, None)
        if found is None:
            return None
        mute, key = found
        self._make_due(key, now)
        return mute

    # Outbox

    async def enqueue(self, rows: Sequence[NewRow], *, now: datetime) -> Sequence[NewRow]:
        self._weather()
        new = list(self._unknown(rows))
        self._insert(new, now=now)
        return new

    async def claim(
        self, *, now: datetime, lease_until: datetime, next_post_at: datetime, limit: int
    ) -> tuple[Row, ...]:
        self._weather()
        claimed: list[Row] = []
        passed = {channel for channel, until in self.holds.items() if until > now}
        if EVERYWHERE in passed:
            return ()
        for row in sorted(self.outbox.values(), key=lambda row: row.id):
            put_off = row.state is State.PENDING and row.attempts == 0 and row.due_at > now
            if row.state not in OPEN or put_off or row.channel in passed or len(claimed) == limit:
                continue
            passed.add(row.channel)
            lost = row.state is State.CLAIMED
            due_at = row.lease_until if lost else row.due_at
            if due_at is None or due_at > now:
                continue
            self._hold(row.channel, until=next_post_at)
            claimed.append(
                self._put(
                    row,
                    state=State.CLAIMED,
                    fence=row.fence + 1,
                    lease_until=lease_until,
                    attempts=row.attempts + (row.state is State.PENDING),
                    doubted_at=row.lease_until if lost else row.doubted_at,
                    not_found=0 if lost else row.not_found,
                )
            )
        return tuple(claimed)

    async def sent(
        self, row: Row, *, channel: str, ts: str, thread_ts: str | None, now: datetime
    ) -> bool:
        marked = self._mark(
            row,
            state=State.SENT,
            channel=channel,
            ts=ts,
            thread_ts=thread_ts,
            sent_at=now,
            error=None,
            doubted_at=None,
        )
        for number in watches_of(row.payload) if marked else ():
            if number in self.all_watches:
                self.all_watches[number] = replace(self.all_watches[number], last_sent_at=now)
        return marked

    async def again(self, row: Row, *, due_at: datetime, error: str) -> bool:
        return self._mark(
            row, state=State.PENDING, due_at=due_at, error=error, doubted_at=None, not_found=0
        )

    async def doubt(self, row: Row, *, since: datetime, due_at: datetime, not_found: int) -> bool:
        return self._mark(
            row, state=State.DOUBT, due_at=due_at, doubted_at=since, not_found=not_found
        )

    async def close(self, row: Row, *, state: State, error: str | None = None) -> bool:
        return self._mark(row, state=state, error=error)

    async def hold(self, channel: str, *, until: datetime) -> None:
        self._weather()
        self._hold(channel, until=until)

    async def pause_watches(
        self, channel: str, *, until: datetime, fault: str, now: datetime
    ) -> tuple[Watch, ...]:
        del now
        self._weather()
        before = tuple(self._open_watches(channel=channel))
        for watch in before:
            self.all_watches[watch.number] = replace(watch, paused_until=until, fault=fault)
        return before

    async def resume_watches(self, channel: str) -> None:
        self._weather()
        for watch in self._open_watches(channel=channel):
            self.all_watches[watch.number] = replace(watch, paused_until=None, fault=None)

    async def rows(
        self,
        *,
        subject: str | None = None,
        channel: str | None = None,
        state: State | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[Row, ...]:
        self._weather()
        found = [
            row
            for row in self.outbox.values()
            if (subject is None or row.subject == subject)
            and (channel is None or row.channel == channel)
            and (state is None or row.state is state)
            and (since is None or row.created_at >= since)
        ]
        return tuple(sorted(found, key=lambda row: -row.id)[:limit])

    async def replay(self, row_id: int, *, now: datetime) -> Row | None:
        self._weather()
        row = self.outbox.get(row_id)
        if row is None or row.state is not State.DEAD:
            return None
        return self._put(
            row,
            state=State.PENDING,
            due_at=now,
            attempts=0,
            error=None,
            doubted_at=None,
            not_found=0,
        )

    async def queue(self) -> Queue:
        self._weather()
        waiting = [row for row in self.outbox.values() if row.state in OPEN]
        states = [row.state for row in self.outbox.values()]
        return Queue(
            waiting=len(waiting),
            oldest_due_at=min((row.due_at for row in waiting), default=None),
            dead=states.count(State.DEAD),
            sent=states.count(State.SENT),
            in_doubt=sum(row.doubted_at is not None for row in waiting),
        )

    # Upkeep

    async def now(self) -> datetime:
        self._weather()
        return self.clock.now()

    async def take_lease(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        self._weather()
        present = self.leases.get(name)
        if present is not None and present[0] != holder and present[1] > now:
            return False
        self.leases[name] = (holder, until)
        return True

    async def release_lease(self, name: str, *, holder: str) -> None:
        self._weather()
        if name in self.leases and self.leases[name][0] == holder:
            del self.leases[name]

    async def first_setting(self, name: str, value: Any) -> Any:
        self._weather()
        return self.settings.setdefault(name, as_stored(value))

    async def prune(self, *, before: datetime) -> int:
        self._weather()
        jobs = [
            seen.id
            for seen in self.jobs.values()
            if seen.ended_at is not None and seen.last_seen_at < before
        ]
        rows = [
            row.id
            for row in self.outbox.values()
            if row.state not in OPEN and row.created_at < before
        ]
        watches = [number for number, ended_at in self.ended_at.items() if ended_at < before]
        for job_id in jobs:
            del self.jobs[job_id]
        for row_id in rows:
            del self.outbox[row_id]
        for number in watches:
            del self.all_watches[number], self.ended_at[number]
        self.holds = {name: until for name, until in self.holds.items() if until >= before}
        self.mutes = {name: one for name, one in self.mutes.items() if one[0].until >= before}
        return len(jobs) + len(rows) + len(watches)

    async def aclose(self) -> None:
        """Nothing is held."""

    # What the tables share

    def _weather(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _put(self, row: Row, **values: Any) -> Row:
        self.outbox[row.id] = replace(row, **values)
        return self.outbox[row.id]

    def _mark(self, row: Row, **values: Any) -> bool:
        self._weather()
        stored = self.outbox.get(row.id)
        if stored is None or stored.fence != row.fence or stored.state is not State.CLAIMED:
            return False
        self._put(stored, lease_until=None, **values)
        return True

    def _unknown(self, rows: Sequence[NewRow]) -> Iterator[NewRow]:
        keys = {row.key for row in self.outbox.values()}
        for row in rows:
            if row.key not in keys:
                keys.add(row.key)
                yield row

    def _insert(self, rows: Iterable[NewRow], *, now: datetime) -> list[Row]:
        stored = []
        for row in rows:
            values = {name: getattr(row, name) for name in NEW_ROW_FIELDS}
            values["payload"] = as_stored(dict(row.payload))
            self._last_row += 1
            state = State.MUTED if row.muted else State.PENDING
            stored.append(Row(**values, id=self._last_row, state=state, created_at=now))
        self.outbox |= {row.id: row for row in stored}
        return stored

    def _groups(
        self, rows: Sequence[NewRow], *, now: datetime
    ) -> list[tuple[NewRow, frozenset[str]]]:
        by_channel: dict[str, list[NewRow]] = defaultdict(list)
        for row in rows:
            if row.kind in {Kind.ENDED, Kind.CORRECTED} and not row.muted:
                by_channel[row.channel].append(row)
        return [
            (group_rows(members, now=now), frozenset(member.key for member in members))
            for members in by_channel.values()
            if len(members) > GROUP_ABOVE
        ]

    def _hold(self, channel: str, *, until: datetime) -> None:
        self.holds[channel] = max(until, self.holds.get(channel, until))

    def _muted(self, *, now: datetime) -> dict[str, tuple[Mute, str]]:
        return {channel: held for channel, held in self.mutes.items() if held[0].until > now}

    def _make_due(self, key: str, due_at: datetime) -> None:
        for row in list(self.outbox.values()):
            if row.key == key and row.state is State.PENDING:
                self._put(row, due_at=due_at)

    def _open_watches(self, *, channel: str | None = None) -> Iterator[Watch]:
        for number, watch in sorted(self.all_watches.items()):
            if number not in self.ended_at and channel in {None, watch.channel}:
                yield watch

    def _add(self, new: NewWatch) -> Watch:
        self._last_watch += 1
        watch = Watch(number=self._last_watch, **_new_watch_values(new))
        self.all_watches[watch.number] = watch
        return watch


def watches_of(payload: Mapping[str, Any]) -> set[int]:
    """The numbers of the watches that a payload speaks for, those of a group's members included."""
    notices = [payload, *payload.get("notices", ())]
    return {number for notice in notices for number in notice.get("watches", ())}


def _new_watch_values(new: NewWatch) -> dict[str, Any]:
    return {name: getattr(new, name) for name in NEW_WATCH_FIELDS}


def _is_same(watch: Watch, new: NewWatch) -> bool:
    but = {"since", "created_by"}
    return all(getattr(watch, n) == getattr(new, n) for n in NEW_WATCH_FIELDS if n not in but)
