"""What keeps several replicas and years of running apart: time, leases, settings, pruning."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select

from bot.adapters.store.engines import Database
from bot.adapters.store.tables import holds, jobs, leases, mutes, outbox, settings, watches
from bot.domain.outbox import OPEN
from bot.ports import Clock


class SqlUpkeep:
    """``Upkeep`` in SQL."""

    _database: Database
    _clock: Clock

    async def now(self) -> datetime:
        """See ``ports.Upkeep``."""
        async with self._database.reading() as connection:
            if not self._database.is_postgres:
                await connection.execute(select(1))
                return self._clock.now()
            at: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            return at.astimezone(UTC)

    async def take_lease(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """See ``ports.Upkeep``."""
        into = self._database.insert(leases).values(name=name, holder=holder, until=until)
        taking = into.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": holder, "until": until},
            where=or_(leases.c.holder == holder, leases.c.until <= now),
        )
        async with self._database.writing() as connection:
            taken = await connection.execute(taking.returning(leases.c.name))
            return taken.one_or_none() is not None

    async def release_lease(self, name: str, *, holder: str) -> None:
        """See ``ports.Upkeep``."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(leases).where(leases.c.name == name, leases.c.holder == holder)
            )

    async def first_setting(self, name: str, value: Any) -> Any:
        """See ``ports.Upkeep``."""
        into = self._database.insert(settings).values(name=name, value=value)
        async with self._database.writing() as connection:
            await connection.execute(into.on_conflict_do_nothing())
            return await connection.scalar(select(settings.c.value).where(settings.c.name == name))

    async def prune(self, *, before: datetime) -> int:
        """See ``ports.Upkeep``."""
        old = (
            delete(jobs).where(jobs.c.ended_at.is_not(None), jobs.c.last_seen_at < before),
            delete(outbox).where(outbox.c.state.not_in(OPEN), outbox.c.created_at < before),
            delete(watches).where(watches.c.ended_at < before),
        )
        past = (
            delete(holds).where(holds.c.until < before),
            delete(mutes).where(mutes.c.until < before),
        )
        async with self._database.writing() as connection:
            forgotten = [(await connection.execute(statement)).rowcount for statement in old]
            for statement in past:
                await connection.execute(statement)
            return sum(forgotten)

    async def aclose(self) -> None:
        """See ``ports.Upkeep``."""
        await self._database.aclose()
