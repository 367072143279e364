"""A database is brought up to date, or refused and left as it was."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.adapters.store import migrate, open_store
from bot.adapters.store.engines import Database
from bot.adapters.store.migrating import VERSION_TABLE, revisions
from bot.adapters.store.tables import metadata
from bot.domain.errors import SettingsError
from tests import postgres
from tests.fakes import NOON, FakeClock
from tests.stores import new_row

MIGRATE = (
    "import asyncio, sys; from bot.adapters.store import migrate; asyncio.run(migrate(sys.argv[1]))"
)
FROM_THE_FUTURE = f"UPDATE {VERSION_TABLE} SET version_num = '9999'"  # noqa: S608 - a constant


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        async with postgres.database() as fresh:
            yield fresh


async def test_an_empty_database_becomes_what_the_code_expects(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        # Indices are the migrations' business.
        return [
            difference
            for difference in compare_metadata(context, metadata)
            if not str(difference[0]).endswith("_index")
        ]

    await migrate(url)
    async with aclosing(Database(url)) as database, database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_it_is_done_once_and_keeps_what_is_there(url: str) -> None:
    async with aclosing(await open_store(url, clock=FakeClock())) as store:
        await store.enqueue([new_row("eval-1")], now=NOON)
    await migrate(url)
    async with aclosing(await open_store(url, clock=FakeClock())) as store:
        [row] = await store.rows()
        assert row.subject == "eval-1"


async def test_many_may_open_an_empty_database_at_once(url: str) -> None:
    stores = await asyncio.gather(*(open_store(url, clock=FakeClock()) for _ in range(6)))
    for number, store in enumerate(stores):
        async with aclosing(store):
            await store.enqueue([new_row(f"eval-{number}")], now=NOON)
            assert len(await store.rows()) == number + 1


async def test_many_processes_may_create_one_file_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MIGRATE, f"sqlite:///{tmp_path / 'store.db'}"]
    started = [await asyncio.create_subprocess_exec(*command) for _ in range(4)]
    assert [await process.wait() for process in started] == [0] * 4


async def test_alembic_is_not_loaded_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    await migrate(url)
    script = f"{MIGRATE}; sys.exit('alembic' in sys.modules)"
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, url], check=False)
    assert done.returncode == 0


async def test_a_database_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    await migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(FROM_THE_FUTURE)
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(SettingsError, match=f"9999, this one knows {revisions()[-1]}"):
        await open_store(f"sqlite:///{file}", clock=FakeClock())
    assert file.read_bytes() == before


async def test_a_postgres_from_the_future_is_refused() -> None:
    async with postgres.database() as url:
        await migrate(url)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute(FROM_THE_FUTURE.encode())
        with pytest.raises(SettingsError, match="later evals-bot"):
            await migrate(url)


@pytest.mark.parametrize("name", ["notes", "jobs"])
async def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE {name} (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(SettingsError, match="another program's tables"):
        await open_store(f"sqlite:///{file}", clock=FakeClock())
    assert file.read_bytes() == before
    assert not file.with_name("other.db-wal").exists()


async def test_a_postgres_may_hold_tables_of_others_but_not_under_our_names() -> None:
    async with postgres.database() as url:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("CREATE TABLE notes (id INTEGER)")
        await migrate(url)
    async with postgres.database() as url:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("CREATE TABLE jobs (id INTEGER)")
        with pytest.raises(SettingsError, match="another program's tables"):
            await migrate(url)


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
)
async def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="Nothing in it was changed"):
        await open_store(f"sqlite:///{file}", clock=FakeClock())
    assert file.read_bytes() == content


async def test_a_file_damaged_in_its_middle_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    await migrate(f"sqlite:///{file}")
    whole = file.read_bytes()
    broken = whole[:100] + b"\xff" * 8000 + whole[8100:]
    file.write_bytes(broken)
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        await open_store(f"sqlite:///{file}", clock=FakeClock())
    assert file.read_bytes() == broken


async def test_a_folder_that_is_not_there_is_named_as_the_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="names a file that cannot be opened"):
        await open_store(f"sqlite:///{tmp_path}/nowhere/store.db", clock=FakeClock())


def test_every_revision_is_known_in_order() -> None:
    assert list(revisions()) == sorted(set(revisions()))
    assert revisions()[0] == "0001"
