"""The store: everything that outlives the process, in SQLite or PostgreSQL.

::

    from bot.adapters.store import open_store

    store = await open_store("sqlite:///evals-bot.db", clock=SystemClock())
"""

from contextlib import AsyncExitStack, aclosing

from bot.adapters.store.convoy import Convoy
from bot.adapters.store.engines import Database
from bot.adapters.store.migrating import bring_up_to_date
from bot.adapters.store.outbox import SqlOutbox
from bot.adapters.store.polls import SqlPolls
from bot.adapters.store.upkeep import SqlUpkeep
from bot.adapters.store.watch_book import SqlWatchBook
from bot.ports import Clock


class SqlStore(SqlPolls, SqlWatchBook, SqlOutbox, SqlUpkeep):
    """``Store`` in SQL: the port's four parts over one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._convoy = Convoy(database)
        self._clock = clock


async def open_store(database_url: str, *, clock: Clock) -> SqlStore:
    """Open a database, brought up to this version; close it with ``aclose``.

    Raises:
        SettingsError: the address is wrong, or the database is not for this version to touch.
        StoreError: the database did not answer.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(aclosing(Database(database_url)))
        await bring_up_to_date(database)
        stack.pop_all()
        return SqlStore(database, clock)


async def migrate(database_url: str) -> None:
    """Bring a database up to this version and let go of it.

    Raises:
        SettingsError, StoreError: as ``open_store``.
    """
    async with aclosing(Database(database_url)) as database:
        await bring_up_to_date(database)
