"""Addresses that are understood or refused, and what a failing database is called."""

import asyncio
import sqlite3
import sys
import traceback
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.store import open_store
from bot.adapters.store.engines import Database
from bot.domain.errors import SettingsError, StoreBusy, StoreError, StoreUnavailable
from bot.ports import Changes
from tests.fakes import NOON, FakeClock
from tests.stores import claim, new_row, seen_job, sqlite_store

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "evals-bot.db",
        "mysql://evals:hunter2@host/evals",
        "postgresql+asyncpg://evals:hunter2@host/evals",
        "sqlite+aiosqlite:///evals-bot.db",
        "sqlite://evals-bot.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://evals:hunter2@host:port/evals",
        "://evals:hunter2@host",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL has to") as refusal:
        Database(url)
    assert PASSWORD not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("sqlite:///evals-bot.db", "sqlite"),
        ("sqlite:////var/lib/evals-bot.db", "sqlite"),
        ("postgresql://evals:hunter2@host:5432/evals", "postgresql"),
        ("postgres://evals:hunter2@host/evals?sslmode=require", "postgresql"),
    ],
)
async def test_plain_addresses_are_understood(url: str, dialect: str) -> None:
    async with aclosing(Database(url)) as database:
        assert database.dialect == dialect
        assert database.is_postgres == (dialect == "postgresql")


async def test_a_relative_file_is_beside_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with aclosing(await open_store("sqlite:///store.db", clock=FakeClock())):
        assert (tmp_path / "store.db").exists()


async def test_a_postgres_that_is_not_there_cannot_be_reached() -> None:
    url = f"postgresql://evals:{PASSWORD}@127.0.0.1:1/evals"
    with pytest.raises(StoreUnavailable, match=r"cannot be used: Connection refused\.$") as failure:
        await open_store(url, clock=FakeClock())
    assert PASSWORD not in str(failure.value)


async def test_readers_see_what_is_committed_while_somebody_writes(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path, FakeClock()) as store:
        await store.enqueue([new_row("eval-1")], now=NOON)
        async with store._database.writing() as connection:
            await connection.execute(text("UPDATE outbox SET subject = 'eval-2'"))
            assert [row.subject for row in await store.rows()] == ["eval-1"]
        assert [row.subject for row in await store.rows()] == ["eval-2"]


async def test_readers_then_writers_wait_for_each_other(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path, FakeClock()) as store:

        async def count() -> None:
            async with store._database.writing() as connection:
                value = await connection.scalar(
                    text("SELECT coalesce(max(value), 0) FROM settings")
                )
                await asyncio.sleep(0)
                await connection.execute(
                    text("INSERT INTO settings VALUES (:value, :value)"), {"value": value + 1}
                )

        await asyncio.gather(*(count() for _ in range(8)))
        async with store._database.reading() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM settings")) == 8


async def test_a_file_that_another_program_locks_is_busy_and_then_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.store.engines.BUSY_SECONDS", 0.05)
    async with sqlite_store(tmp_path, FakeClock()) as store:
        await store.enqueue([new_row("eval-1")], now=NOON)
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy, match="locked"):
                await claim(store)
            assert len(await store.rows()) == 1
            other.execute("ROLLBACK")
        assert len(await claim(store)) == 1


async def test_whoever_waits_too_long_for_a_turn_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.store.engines.QUEUE_SECONDS", 0.05)
    async with sqlite_store(tmp_path, FakeClock()) as store:
        async with store._database.writing():
            with pytest.raises(StoreBusy, match="in use"):
                await claim(store)
        assert await claim(store) == ()


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'evals-bot\[postgres\]'"):
        Database(f"postgresql://evals:{PASSWORD}@host/evals")


async def test_a_full_database_takes_nothing_answers_and_recovers(tmp_path: Path) -> None:
    async def set_pages(count: int) -> None:
        async with store._database.writing() as connection:
            await connection.execute(text(f"PRAGMA max_page_count = {count}"))

    big = [new_row(f"eval-{number}", payload={"text": "x" * 10_000}) for number in range(20)]
    async with sqlite_store(tmp_path, FakeClock()) as store:
        await store.enqueue([new_row("eval-first")], now=NOON)
        await set_pages(1)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.enqueue(big, now=NOON)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.record(
                [],
                lambda _: Changes(seen=[seen_job("eval-1")], rows=big),
                recheck_since=NOON,
                now=NOON,
            )
        assert [row.subject for row in await store.rows()] == ["eval-first"]
        assert await store.unfinished() == ()
        await set_pages(1_000_000)
        assert len(await store.enqueue(big, now=NOON)) == 20


async def test_a_file_that_may_only_be_read_is_unavailable(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path, FakeClock()) as store:
        async with store._database.writing() as connection:
            await connection.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(StoreUnavailable, match="readonly"):
            await store.enqueue([new_row("eval-1")], now=NOON)


async def test_a_call_that_is_cancelled_does_nothing_and_harms_nothing(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path, FakeClock()) as store:
        for moment in range(12):
            call = asyncio.create_task(store.enqueue([new_row(f"eval-{moment}")], now=NOON))
            for _ in range(moment):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait([call])
        assert len(await store.enqueue([new_row("eval-last")], now=NOON)) == 1
        assert (await store.rows(limit=1))[0].subject == "eval-last"


async def test_a_statement_that_makes_no_sense_is_a_fault_of_ours(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path, FakeClock()) as store:
        with pytest.raises(StoreError, match="refused a statement") as failure:
            async with store._database.reading() as connection:
                await connection.execute(text("SELECT nothing FROM nowhere"))
        assert type(failure.value) is StoreError
