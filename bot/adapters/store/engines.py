"""Connections: from a plain ``DATABASE_URL`` to transactions, and from a driver's errors to ours.

SQLite has two engines. The writer has one connection and begins with the lock, since a transaction
that reads first and writes later fails at once when somebody else wrote in between, however long it
would have waited for a lock. Readers are never in its way (WAL). PostgreSQL has one engine.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.adapters.store.tables import to_json
from bot.domain.errors import SettingsError, StoreBusy, StoreError, StoreUnavailable

BUSY_SECONDS = 5.0
"""How long SQLite waits for a lock of another program."""

QUEUE_SECONDS = 10.0
"""How long a transaction waits for its turn, or for a free connection."""

# How long PostgreSQL has for letting us in, and when a silent network counts as gone.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_SHAPE = (
    "DATABASE_URL has to look like sqlite:///evals-bot.db, or like "
    "postgresql://user:password@host/name"
)

# https://www.sqlite.org/rescode.html
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: the class is its first two
# characters. Two transactions that cannot both be, a deadlock, a lock that is not to be had.
SERIALIZATION_FAILURES = {"40001", "40P01"}
_POSTGRES_BUSY = {*SERIALIZATION_FAILURES, "55P03"}
# No connection; wrong password; no such database; no room or no memory; stopping or starting; its
# disk or files.
_POSTGRES_UNAVAILABLE = ("08", "28", "3D", "53", "57", "58", "XX")


class Conflict(Exception):
    """Somebody else wrote what this transaction had read: to be tried again from its start."""


class Database:
    """The engines of one database.

    Attributes:
        dialect: ``sqlite`` or ``postgresql``.
        insert: that dialect's INSERT, which knows ON CONFLICT.
    """

    def __init__(self, database_url: str) -> None:
        url = _parsed(database_url)
        self.dialect = url.get_backend_name()
        self._file = url.database if self.dialect == "sqlite" else None
        self.insert = sqlite.insert if self.dialect == "sqlite" else postgresql.insert
        try:
            if self.dialect == "sqlite":
                self._writer, self._reader = _sqlite_engines(url)
            else:
                self._writer = self._reader = _postgres_engine(url)
        except ModuleNotFoundError:
            raise SettingsError(
                "DATABASE_URL names PostgreSQL, whose driver is not installed: "
                "pip install 'evals-bot[postgres]'"
            ) from None
        self._consistent = self._writer
        if self.dialect == "postgresql":
            self._consistent = self._writer.execution_options(isolation_level="REPEATABLE READ")

    @property
    def is_postgres(self) -> bool:
        """Whether several replicas may share it."""
        return self.dialect == "postgresql"

    def check_file(self) -> None:
        """Open SQLite's file once, there and then; an empty one is made where there is none.

        A connection of aiosqlite that cannot be opened leaves a thread that complains about it
        when the loop ends soon after.

        Raises:
            SettingsError: it cannot be opened.
        """
        if self._file is None:
            return
        try:
            sqlite3.connect(self._file).close()
        except sqlite3.Error as error:
            raise SettingsError(
                f"DATABASE_URL names a file that cannot be opened ({error}): {self._file}. "
                "Its folder has to be there, and writable."
            ) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database did not answer.
        """
        with translated():
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at its end, or not at all when anything is raised.

        Raises:
            StoreError: the database did not do it.
        """
        with translated():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[AsyncConnection]:
        """A transaction whose writes rest on what it reads: all of it at one moment.

        Raises:
            Conflict: on PostgreSQL, somebody else wrote the same at once. Nothing was done.
            StoreError: the database did not do it.
        """
        with translated():
            try:
                async with self._consistent.begin() as connection:
                    yield connection
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) in SERIALIZATION_FAILURES:
                    raise Conflict from error
                raise

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLAlchemy raises into our errors; nothing of a statement or a password leaves."""
    try:
        yield
    except DBAPIError as error:
        raise _our_error(error) from error
    except PoolTimeoutError as error:
        raise StoreBusy("Every connection to the database is in use.") from error
    except SQLAlchemyError as error:
        raise StoreError("The database was asked something that it does not understand.") from error


def _our_error(error: DBAPIError) -> StoreError:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    state = getattr(error.orig, "sqlstate", "") or ""
    if code in _SQLITE_BUSY or state in _POSTGRES_BUSY:
        return StoreBusy("The database is locked, or has too much to do at once.")
    if (
        code in _SQLITE_UNAVAILABLE
        or state.startswith(_POSTGRES_UNAVAILABLE)
        or error.connection_invalidated
        or (isinstance(error, OperationalError) and not code)
    ):
        # What comes before it says how the driver came to know.
        reason = str(error.orig).partition("\n")[0].rpartition("failed: ")[2]
        return StoreUnavailable(f"The database cannot be used: {reason}.")
    return StoreError("The database refused a statement.")


def _parsed(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise SettingsError(f"{_SHAPE}.") from None  # the cause quotes what was typed
    driver = _DRIVERS.get(url.drivername)
    if driver is None or (url.drivername == "sqlite" and url.host):
        raise SettingsError(f"{_SHAPE}.")
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SettingsError("DATABASE_URL has to name a file, such as sqlite:///evals-bot.db.")
    return url.set(drivername=driver)


def _sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    options: dict[str, Any] = {
        "connect_args": {"isolation_level": None, "timeout": BUSY_SECONDS},
        "json_serializer": to_json,
        "hide_parameters": True,
        "max_overflow": 0,
        "pool_timeout": QUEUE_SECONDS,
    }
    writer = create_async_engine(url, pool_size=1, **options)
    reader = create_async_engine(url, pool_size=4, **options)
    event.listen(writer.sync_engine, "connect", _use_wal)
    event.listen(writer.sync_engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(reader.sync_engine, "begin", lambda c: c.exec_driver_sql("BEGIN"))
    return writer, reader


def _use_wal(connection: Any, _record: object) -> None:
    """Kept in the file: https://www.sqlite.org/wal.html. The readers leave a file as it is."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _postgres_engine(url: URL) -> AsyncEngine:
    given = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    return create_async_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=QUEUE_SECONDS,
        connect_args={"prepare_threshold": None, **given},  # poolers lose prepared statements
        json_serializer=to_json,
        hide_parameters=True,
    )
