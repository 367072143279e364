"""The poller's memory: jobs seen, and the one transaction in which a poll is decided and kept."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engines import Conflict, Database
from bot.adapters.store.rows import cover_rows, insert_rows
from bot.adapters.store.tables import jobs, mutes, settings, watches
from bot.adapters.store.watch_book import open_watches
from bot.domain.errors import StoreBusy
from bot.domain.notices import GROUP_ABOVE, group_rows
from bot.domain.outbox import Kind, NewRow
from bot.domain.seen import SeenJob
from bot.domain.snapshots import dump_job, load_job
from bot.ports import Changes, Known

UNFINISHED_AT_MOST = 500
TRIES = 5
"""Of one poll whose transaction meets another replica's."""


class SqlPolls:
    """``Polls`` in SQL."""

    _database: Database

    async def unfinished(self) -> tuple[SeenJob, ...]:
        """See ``ports.Polls``."""
        oldest = (
            select(jobs)
            .where(jobs.c.ended_at.is_(None))
            .order_by(jobs.c.first_seen_at, jobs.c.id)
            .limit(UNFINISHED_AT_MOST)
        )
        async with self._database.reading() as connection:
            return tuple(_seen(row) for row in (await connection.execute(oldest)).mappings())

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        """See ``ports.Polls``."""
        for _ in range(TRIES):
            try:
                async with self._database.deciding() as connection:
                    known = await _known(connection, job_ids, recheck_since=recheck_since, now=now)
                    return await self._write(connection, decide(known), now=now)
            except Conflict:
                continue
        raise StoreBusy(f"Another replica was in the way of a poll {TRIES} times.")

    async def _write(
        self, connection: AsyncConnection, changes: Changes, *, now: datetime
    ) -> Sequence[NewRow]:
        if changes.seen:
            insert = self._database.insert(jobs)
            written = {c.name: insert.excluded[c.name] for c in jobs.c if not c.primary_key}
            await connection.execute(
                insert.on_conflict_do_update(index_elements=[jobs.c.id], set_=written),
                [_values(seen) for seen in changes.seen],
            )
        rows = await insert_rows(connection, self._database, changes.rows, now=now)
        for members in _to_group(rows):
            group = group_rows(members, now=now)
            await cover_rows(connection, self._database, members, by=group, now=now)
        if changes.settings:
            into = self._database.insert(settings)
            await connection.execute(
                into.on_conflict_do_update(
                    index_elements=[settings.c.name], set_={"value": into.excluded.value}
                ),
                [{"name": name, "value": value} for name, value in changes.settings.items()],
            )
        if changes.ended_watches:
            await connection.execute(
                update(watches)
                .where(watches.c.number.in_(changes.ended_watches), watches.c.ended_at.is_(None))
                .values(ended_at=now)
            )
        return rows


async def _known(
    connection: AsyncConnection,
    job_ids: Collection[str],
    *,
    recheck_since: datetime,
    now: datetime,
) -> Known:
    asked = select(jobs).where(jobs.c.id.in_(job_ids))
    lately = select(jobs).where(jobs.c.ended_at >= recheck_since, jobs.c.silent.is_(False))
    muted = select(mutes.c.channel, mutes.c.until).where(mutes.c.until > now)
    seen = [_seen(row) for row in (await connection.execute(asked)).mappings()]
    # Sorted here: asked to sort by id, SQLite reads the whole table in that order.
    ended = sorted(map(_seen, (await connection.execute(lately)).mappings()), key=attrgetter("id"))
    return Known(
        seen={one.id: one for one in seen},
        ended_lately=tuple(ended),
        watches=await open_watches(connection),
        muted=dict((await connection.execute(muted)).all()),
        settings=dict((await connection.execute(select(settings.c.name, settings.c.value))).all()),
    )


def _to_group(rows: Sequence[NewRow]) -> Iterator[Sequence[NewRow]]:
    by_channel = defaultdict(list)
    for row in rows:
        if row.kind in {Kind.ENDED, Kind.CORRECTED} and not row.muted:
            by_channel[row.channel].append(row)
    return (members for members in by_channel.values() if len(members) > GROUP_ABOVE)


def _seen(row: RowMapping) -> SeenJob:
    values = dict(row)
    del values["id"]
    return SeenJob(**{**values, "job": load_job(row["job"])})


def _values(seen: SeenJob) -> dict[str, Any]:
    return {
        "id": seen.id,
        "job": dump_job(seen.job),
        **{name: getattr(seen, name) for name in _TOLD},
    }


_TOLD = ("first_seen_at", "last_seen_at", "started_at", "ended_at", "silent", "epoch")
