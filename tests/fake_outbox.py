"""The outbox in memory, and the tables that it shares with the rest of ``tests.fake_store``."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.domain.errors import StoreError
from bot.domain.outbox import OPEN, NewRow, Row, State
from bot.domain.watches import Watch
from bot.ports import Clock, Queue

EVERYWHERE = "*"
NEW_ROW_FIELDS = tuple(field.name for field in fields(NewRow))


def as_stored(value: Any) -> Any:
    """What JSON makes of a value, so that nothing but JSON can hide in a test."""
    return json.loads(json.dumps(value, allow_nan=False))


class FakeOutbox:
    """``Outbox`` with a dict for each table. Every call raises ``failure`` while it is set."""

    failure: StoreError | None = None

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.outbox: dict[int, Row] = {}
        self.holds: dict[str, datetime] = {}
        self.all_watches: dict[int, Watch] = {}
        self.ended_at: dict[int, datetime] = {}
        self._last_row = 0

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
        self,
        channel: str,
        *,
        until: datetime,
        fault: str,
    ) -> tuple[Watch, ...]:
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

    def _hold(self, channel: str, *, until: datetime) -> None:
        self.holds[channel] = max(until, self.holds.get(channel, until))

    def _open_watches(self, *, channel: str | None = None) -> Iterator[Watch]:
        for number, watch in sorted(self.all_watches.items()):
            if number not in self.ended_at and channel in {None, watch.channel}:
                yield watch


def watches_of(payload: Mapping[str, Any]) -> set[int]:
    """The numbers of the watches that a payload speaks for, those of a group's members included."""
    notices = [payload, *payload.get("notices", ())]
    return {number for notice in notices for number in notice.get("watches", ())}
