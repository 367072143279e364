"""Who wants to know what: watches and mutes in SQL."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engines import Database
from bot.adapters.store.rows import insert_rows
from bot.adapters.store.tables import mutes, outbox, watches
from bot.domain.commands import Event, JobFilter
from bot.domain.jobs import EvaluationType
from bot.domain.outbox import NewRow, State
from bot.domain.watches import NewWatch, Origin, Watch
from bot.ports import Clock, Mute


class SqlWatchBook:
    """``WatchBook`` in SQL."""

    _database: Database
    _clock: Clock

    async def add_watch(self, new: NewWatch) -> Watch:
        """See ``ports.WatchBook``."""
        async with self._database.writing() as connection:
            return await self._add(connection, new)

    async def watches(self, *, channel: str | None = None) -> tuple[Watch, ...]:
        """See ``ports.WatchBook``."""
        async with self._database.reading() as connection:
            return await open_watches(connection, channel=channel)

    async def end_watch(self, number: int, *, channel: str) -> Watch | None:
        """See ``ports.WatchBook``."""
        one = and_(_in_channel(channel), watches.c.number == number)
        ended = await self._end(one)
        return ended[0] if ended else None

    async def end_watches(self, *, channel: str) -> int:
        """See ``ports.WatchBook``."""
        commands = and_(_in_channel(channel), watches.c.origin == Origin.COMMAND)
        return len(await self._end(commands))

    async def sync_watches(self, origin: Origin, wanted: Sequence[NewWatch]) -> None:
        """See ``ports.WatchBook``."""
        async with self._database.writing() as connection:
            present = {
                watch.identity: watch
                for watch in await open_watches(connection)
                if watch.origin is origin
            }
            for new in wanted:
                old = present.pop(new.identity, None)
                if old is None:
                    await self._add(connection, new)
                else:
                    await connection.execute(
                        update(watches)
                        .where(watches.c.number == old.number)
                        .values(_columns(replace(new, since=old.since)))
                    )
            await connection.execute(
                update(watches)
                .where(watches.c.number.in_([watch.number for watch in present.values()]))
                .values(ended_at=self._clock.now())
            )

    async def mute(self, mute: Mute, row: NewRow) -> None:
        """See ``ports.WatchBook``."""
        now = mute.since
        async with self._database.writing() as connection:
            still = await _muted(connection, mute.channel, now=now)
            if still is not None:
                begun, key = still
                mute = replace(mute, since=begun.since)
                await _make_due(connection, key, due_at=mute.until)
            else:
                key = row.key
                await insert_rows(connection, self._database, [row], now=now)
            into = self._database.insert(mutes).values(**asdict(mute), row_key=key)
            written = {c.name: into.excluded[c.name] for c in mutes.c}
            await connection.execute(
                into.on_conflict_do_update(index_elements=[mutes.c.channel], set_=written)
            )

    async def muted(self, channel: str, *, now: datetime) -> Mute | None:
        """See ``ports.WatchBook``."""
        async with self._database.reading() as connection:
            found = await _muted(connection, channel, now=now)
        return None if found is None else found[0]

    async def unmute(self, channel: str, *, now: datetime) -> Mute | None:
        """See ``ports.WatchBook``."""
        async with self._database.writing() as connection:
            muted = await _muted(connection, channel, now=now)
            await connection.execute(delete(mutes).where(mutes.c.channel == channel))
            if muted is None:
                return None
            mute, key = muted
            await _make_due(connection, key, due_at=now)
            return mute

    async def pause_watches(
        self,
        channel: str,
        *,
        until: datetime,
        fault: str,
    ) -> tuple[Watch, ...]:
        """See ``ports.Outbox``."""
        async with self._database.writing() as connection:
            before = await open_watches(connection, channel=channel)
            await connection.execute(
                update(watches).where(_in_channel(channel)).values(paused_until=until, fault=fault)
            )
        return before

    async def resume_watches(self, channel: str) -> None:
        """See ``ports.Outbox``."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(watches)
                .where(_in_channel(channel), watches.c.fault.is_not(None))
                .values(paused_until=None, fault=None)
            )

    async def _add(self, connection: AsyncConnection, new: NewWatch) -> Watch:
        """Store it unless the same is there; two replicas may do so at once."""
        values = _columns(new)
        into = self._database.insert(watches).values(values)
        await connection.execute(
            into.on_conflict_do_nothing(
                index_elements=[watches.c.sameness], index_where=watches.c.ended_at.is_(None)
            )
        )
        same = select(watches).where(
            watches.c.sameness == values["sameness"], watches.c.ended_at.is_(None)
        )
        return _watch((await connection.execute(same)).mappings().one())

    async def _end(self, which: ColumnElement[bool]) -> list[Watch]:
        ending = update(watches).where(which).values(ended_at=self._clock.now())
        async with self._database.writing() as connection:
            ended = await connection.execute(ending.returning(watches))
            return [_watch(row) for row in ended.mappings()]


async def open_watches(
    connection: AsyncConnection, *, channel: str | None = None
) -> tuple[Watch, ...]:
    """Watches that have not ended, by number; of one channel, or all."""
    which = watches.c.ended_at.is_(None) if channel is None else _in_channel(channel)
    found = await connection.execute(select(watches).where(which).order_by(watches.c.number))
    return tuple(_watch(row) for row in found.mappings())


def _in_channel(channel: str) -> ColumnElement[bool]:
    return and_(watches.c.ended_at.is_(None), watches.c.channel == channel)


async def _muted(
    connection: AsyncConnection, channel: str, *, now: datetime
) -> tuple[Mute, str] | None:
    """A mute that holds now, and the key of the row that tells what was missed."""
    held = select(mutes).where(mutes.c.channel == channel, mutes.c.until > now).with_for_update()
    found = (await connection.execute(held)).mappings().one_or_none()
    if found is None:
        return None
    values = dict(found)
    key = values.pop("row_key")
    return Mute(**values), key


async def _make_due(connection: AsyncConnection, key: str, *, due_at: datetime) -> None:
    await connection.execute(
        update(outbox)
        .where(outbox.c.key == key, outbox.c.state == State.PENDING)
        .values(due_at=due_at)
    )


def _columns(new: NewWatch) -> dict[str, Any]:
    content = {
        "channel": new.channel,
        "job": new.job,
        "filter": {name: value for name, value in asdict(new.filter).items() if value is not None},
        "events": sorted(new.events),
        "notify": list(new.notify),
        "thread": new.thread,
        "origin": new.origin,
        "identity": new.identity,
    }
    sameness = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return content | {"created_by": new.created_by, "since": new.since, "sameness": sameness}


def _watch(row: RowMapping) -> Watch:
    values = {name: row[name] for name in _WATCH}
    wanted = values["filter"]
    if "type" in wanted:
        wanted = wanted | {"type": EvaluationType(wanted["type"])}
    return Watch(
        **values
        | {
            "filter": JobFilter(**wanted),
            "events": frozenset(map(Event, values["events"])),
            "notify": tuple(values["notify"]),
            "origin": Origin(values["origin"]),
        }
    )


_WATCH = tuple(field.name for field in fields(Watch))
