"""What is to be said and how far it got: claims and marks in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.convoy import Convoy
from bot.adapters.store.engines import Database
from bot.adapters.store.rows import insert_rows, row_of
from bot.adapters.store.tables import holds, outbox, watches
from bot.domain.outbox import OPEN, NewRow, Row, State
from bot.ports import Queue

EVERYWHERE = "*"
"""The name under which every channel is held."""


class SqlOutbox:
    """``Outbox`` in SQL; its pauses of watches are with the watches."""

    _database: Database
    _convoy: Convoy

    async def enqueue(self, rows: Sequence[NewRow], *, now: datetime) -> Sequence[NewRow]:
        """See ``ports.Outbox``."""
        async with self._database.writing() as connection:
            return await insert_rows(connection, self._database, rows, now=now)

    async def claim(
        self, *, now: datetime, lease_until: datetime, next_post_at: datetime, limit: int
    ) -> tuple[Row, ...]:
        """See ``ports.Outbox``."""
        is_lost = outbox.c.state == State.CLAIMED
        async with self._database.writing() as connection:
            ids = (await connection.scalars(_due(now=now, limit=limit))).all()
            if not ids:
                return ()
            claimed = await connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(
                    state=State.CLAIMED,
                    fence=outbox.c.fence + 1,
                    attempts=outbox.c.attempts
                    + case((outbox.c.state == State.PENDING, 1), else_=0),
                    lease_until=lease_until,
                    doubted_at=case((is_lost, outbox.c.lease_until), else_=outbox.c.doubted_at),
                    not_found=case((is_lost, 0), else_=outbox.c.not_found),
                )
                .returning(outbox)
            )
            rows = sorted(map(row_of, claimed.mappings()), key=lambda row: row.id)
            await self._hold(connection, [row.channel for row in rows], until=next_post_at)
            return tuple(rows)

    async def sent(
        self, row: Row, *, channel: str, ts: str, thread_ts: str | None, now: datetime
    ) -> bool:
        """See ``ports.Outbox``."""

        async def work(connection: AsyncConnection) -> bool:
            marked = await _mark(
                connection,
                row,
                state=State.SENT,
                channel=channel,
                ts=ts,
                thread_ts=thread_ts,
                sent_at=now,
                error=None,
                doubted_at=None,
            )
            told = _watches_of(row.payload) if marked else set()
            if told:
                its = watches.c.number.in_(told)
                await connection.execute(update(watches).where(its).values(last_sent_at=now))
            return marked

        return await self._convoy.run(work)

    async def again(self, row: Row, *, due_at: datetime, error: str) -> bool:
        """See ``ports.Outbox``."""
        return await self._marked(
            row, state=State.PENDING, due_at=due_at, error=error, doubted_at=None, not_found=0
        )

    async def doubt(self, row: Row, *, since: datetime, due_at: datetime, not_found: int) -> bool:
        """See ``ports.Outbox``."""
        return await self._marked(
            row, state=State.DOUBT, due_at=due_at, doubted_at=since, not_found=not_found
        )

    async def close(self, row: Row, *, state: State, error: str | None = None) -> bool:
        """See ``ports.Outbox``."""
        return await self._marked(row, state=state, error=error)

    async def hold(self, channel: str, *, until: datetime) -> None:
        """See ``ports.Outbox``."""
        async with self._database.writing() as connection:
            await self._hold(connection, [channel], until=until)

    async def rows(
        self,
        *,
        subject: str | None = None,
        channel: str | None = None,
        state: State | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[Row, ...]:
        """See ``ports.Outbox``."""
        newest = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if subject is not None:
            newest = newest.where(outbox.c.subject == subject)
        if channel is not None:
            newest = newest.where(outbox.c.channel == channel)
        if state is not None:
            newest = newest.where(outbox.c.state == state)
        if since is not None:
            newest = newest.where(outbox.c.created_at >= since)
        async with self._database.reading() as connection:
            return tuple(row_of(row) for row in (await connection.execute(newest)).mappings())

    async def replay(self, row_id: int, *, now: datetime) -> Row | None:
        """See ``ports.Outbox``."""
        anew = (
            update(outbox)
            .where(outbox.c.id == row_id, outbox.c.state == State.DEAD)
            .values(
                state=State.PENDING,
                due_at=now,
                attempts=0,
                error=None,
                doubted_at=None,
                not_found=0,
            )
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(anew.returning(outbox))).mappings().one_or_none()
            return None if row is None else row_of(row)

    async def queue(self) -> Queue:
        """See ``ports.Outbox``."""
        waiting = select(
            func.count(), func.min(outbox.c.due_at), func.count(outbox.c.doubted_at)
        ).where(outbox.c.state.in_(OPEN))
        count = select(func.count()).select_from(outbox)
        async with self._database.reading() as connection:
            total, oldest, in_doubt = (await connection.execute(waiting)).one()
            return Queue(
                waiting=total,
                oldest_due_at=oldest,
                in_doubt=in_doubt,
                dead=await connection.scalar(count.where(outbox.c.state == State.DEAD)) or 0,
                sent=await connection.scalar(count.where(outbox.c.state == State.SENT)) or 0,
            )

    async def _marked(self, row: Row, **values: Any) -> bool:
        return await self._convoy.run(lambda connection: _mark(connection, row, **values))

    async def _hold(
        self, connection: AsyncConnection, channels: Sequence[str], *, until: datetime
    ) -> None:
        """A hold is never shortened."""
        into = self._database.insert(holds)
        await connection.execute(
            into.on_conflict_do_update(
                index_elements=[holds.c.channel],
                set_={"until": into.excluded.until},
                where=holds.c.until < into.excluded.until,
            ),
            [{"channel": channel, "until": until} for channel in channels],
        )


def _due(*, now: datetime, limit: int) -> Any:
    """The ids to claim: of each channel that is not held its first open row, if that is due.

    A row that was put off from the start (what a mute will have kept back) is not in anybody's
    way; one that Slack refused for now is. Locked rows are passed over, and PostgreSQL looks again
    at a row once it has the lock, so the conditions on the row itself stand outside of ``first``.
    """
    ahead = outbox.alias("ahead")
    put_off = and_(ahead.c.state == State.PENDING, ahead.c.attempts == 0, ahead.c.due_at > now)
    first = (
        select(func.min(ahead.c.id))
        .where(ahead.c.state.in_(OPEN), ~put_off)
        .group_by(ahead.c.channel)
    )
    held = select(holds.c.channel).where(
        holds.c.channel.in_([outbox.c.channel, EVERYWHERE]), holds.c.until > now
    )
    return (
        select(outbox.c.id)
        .where(outbox.c.id.in_(first), _is_due(now=now), ~held.exists())
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=outbox)
    )


def _is_due(*, now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(outbox.c.state.in_([State.PENDING, State.DOUBT]), outbox.c.due_at <= now),
        and_(outbox.c.state == State.CLAIMED, outbox.c.lease_until <= now),
    )


async def _mark(connection: AsyncConnection, row: Row, **values: Any) -> bool:
    marked = await connection.execute(
        update(outbox)
        .where(
            outbox.c.id == row.id,
            outbox.c.fence == row.fence,
            outbox.c.state == State.CLAIMED,
        )
        .values(lease_until=None, **values)
    )
    return marked.rowcount == 1


def _watches_of(payload: Mapping[str, Any]) -> set[int]:
    """The watches that a notice, or a group of them, speaks for (``domain.notices``)."""
    notices = [payload, *payload.get("notices", ())]
    return {number for notice in notices for number in notice.get("watches", ())}
