"""The store in memory, held to the same contract as the real ones (``tests/contract``)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.domain.notices import GROUP_ABOVE, group_rows
from bot.domain.outbox import OPEN, Kind, NewRow, State
from bot.domain.seen import SeenJob
from bot.domain.watches import NewWatch, Origin, Watch
from bot.ports import Changes, Clock, Known, Mute
from tests.fake_outbox import FakeOutbox, as_stored

UNFINISHED_AT_MOST = 500
NEW_WATCH_FIELDS = tuple(field.name for field in fields(NewWatch))


class FakeStore(FakeOutbox):
    """``Store`` with a dict for each table."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.jobs: dict[str, SeenJob] = {}
        self.mutes: dict[str, tuple[Mute, str]] = {}
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.settings: dict[str, Any] = {}
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

    def _muted(self, *, now: datetime) -> dict[str, tuple[Mute, str]]:
        return {channel: held for channel, held in self.mutes.items() if held[0].until > now}

    def _make_due(self, key: str, due_at: datetime) -> None:
        for row in list(self.outbox.values()):
            if row.key == key and row.state is State.PENDING:
                self._put(row, due_at=due_at)

    def _add(self, new: NewWatch) -> Watch:
        self._last_watch += 1
        watch = Watch(number=self._last_watch, **_new_watch_values(new))
        self.all_watches[watch.number] = watch
        return watch


def _new_watch_values(new: NewWatch) -> dict[str, Any]:
    return {name: getattr(new, name) for name in NEW_WATCH_FIELDS}


def _is_same(watch: Watch, new: NewWatch) -> bool:
    but = {"since", "created_by"}
    return all(getattr(watch, n) == getattr(new, n) for n in NEW_WATCH_FIELDS if n not in but)
