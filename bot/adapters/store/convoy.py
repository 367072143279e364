"""Marks that share a commit.

On SQLite a commit waits for the disk, and there is one writer. While one transaction is on its way,
the marks that come meanwhile gather for the next one: a thousand marks cost some dozen commits.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engines import Database
from bot.domain.errors import StoreError

T = TypeVar("T")

Work = Callable[[AsyncConnection], Awaitable[T]]


class Convoy:
    """One transaction after the other, each with all that had gathered when it began."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._driver: asyncio.Task[None] | None = None

    async def run(self, work: Work[T]) -> T:
        """Do ``work`` within a transaction, and return once that is committed.

        Raises:
            StoreError: the transaction was not committed, so nothing in it was done.
        """
        if self._database.is_postgres:  # it commits for many at once by itself
            async with self._database.writing() as connection:
                return await work(connection)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._gathered.append((work, done))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        return await done

    async def _drive(self) -> None:
        while self._gathered:
            together, self._gathered = self._gathered, []
            failure = StoreError("The database did not come to an end with it.")
            results: list[Any] = []
            committed = False
            try:
                async with self._database.writing() as connection:
                    results = [await work(connection) for work, _ in together]
                committed = True
            except StoreError as error:
                failure = error
            finally:
                for number, (_, done) in enumerate(together):
                    if done.done():  # whoever waited was cancelled
                        continue
                    if committed:
                        done.set_result(results[number])
                    else:
                        done.set_exception(failure)
