"""Stores to test with, each fresh and brought up to date, and what to put into them."""

import asyncio
import functools
import tempfile
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from bot.adapters.store import SqlStore, migrate, open_store
from bot.adapters.store.tables import metadata
from bot.domain.jobs import TERMINAL, EvaluationJob
from bot.domain.outbox import Kind, NewRow, Row, row_key
from bot.domain.seen import SeenJob
from bot.ports import Clock, Store
from tests import postgres
from tests.fakes import NOON

T = TypeVar("T")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)


@asynccontextmanager
async def sqlite_store(folder: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    """On a file of its own in ``folder``."""
    file = folder / "store.db"
    file.write_bytes(_migrated_file())
    async with aclosing(await open_store(f"sqlite:///{file}", clock=clock)) as store:
        yield store


@asynccontextmanager
async def postgres_store(clock: Clock) -> AsyncIterator[SqlStore]:
    """On a database that is emptied first: that is quicker than a new one."""
    async with aclosing(await open_store(shared_database(), clock=clock)) as store:
        async with store._database.writing() as connection:
            names = ", ".join(metadata.tables)
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        yield store


@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        run_apart(migrate(f"sqlite:///{folder}/store.db"))
        return Path(folder, "store.db").read_bytes()


@functools.cache
def shared_database() -> str:
    """The ``DATABASE_URL`` that ``postgres_store`` is on."""
    server = postgres.server()
    url = server.url(run_apart(server.create()))
    run_apart(migrate(url))
    return url


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """On a loop of its own, since the one of the test is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def seen_job(job_id: str, status: str = "running", **values: Any) -> SeenJob:
    """A job first and last seen at noon, which ended then if its status is terminal."""
    told: dict[str, Any] = {"first_seen_at": NOON, "last_seen_at": NOON}
    if status in TERMINAL:
        told["ended_at"] = NOON
    return SeenJob(job=EvaluationJob(id=job_id, status=status), **told | values)


def new_row(
    subject: str, channel: str = "C1", *, kind: Kind = Kind.ENDED, epoch: int = 0, **values: Any
) -> NewRow:
    """A row that is due at noon."""
    return NewRow(
        key=row_key(kind, subject, epoch=epoch, channel=channel),
        kind=kind,
        channel=channel,
        subject=subject,
        **{"due_at": NOON, **values},
    )


async def claim(
    store: Store, *, now: datetime = NOON, gap: timedelta = SECOND, limit: int = 100
) -> tuple[Row, ...]:
    """Claim for half a minute."""
    return await store.claim(now=now, lease_until=now + LEASE, next_post_at=now + gap, limit=limit)
