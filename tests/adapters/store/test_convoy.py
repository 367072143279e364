"""Marks that come at once share a commit, and a failed commit marks nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.adapters.store.convoy import Convoy
from bot.adapters.store.engines import Database
from bot.domain.errors import StoreUnavailable


class Transactions(Database):
    """A database that counts its commits, holds them back, and can be full."""

    def __init__(self) -> None:
        self.dialect = "sqlite"
        self.commits = 0
        self.is_full = False
        self.open = asyncio.Event()
        self.open.set()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        yield None
        await self.open.wait()
        if self.is_full:
            raise StoreUnavailable("The database is full.")
        self.commits += 1


def mark(convoy: Convoy, number: int) -> "asyncio.Task[int]":
    async def work(_: Any) -> int:
        return number

    return asyncio.create_task(convoy.run(work))


async def test_a_hundred_marks_at_once_cost_two_commits_and_each_gets_its_own_answer() -> None:
    database = Transactions()
    convoy = Convoy(database)
    database.open.clear()
    first = mark(convoy, 0)
    await asyncio.sleep(0)
    others = [mark(convoy, number) for number in range(1, 100)]
    await asyncio.sleep(0)
    database.open.set()
    assert await asyncio.gather(first, *others) == list(range(100))
    assert database.commits <= 2


async def test_what_is_not_committed_is_an_error_for_all_of_them_and_the_next_one_may_pass() -> (
    None
):
    database = Transactions()
    convoy = Convoy(database)
    database.is_full = True
    failed = await asyncio.gather(*(mark(convoy, n) for n in range(5)), return_exceptions=True)
    assert all(isinstance(error, StoreUnavailable) for error in failed)
    database.is_full = False
    assert await mark(convoy, 7) == 7


async def test_one_that_is_cancelled_takes_nobody_with_it() -> None:
    database = Transactions()
    convoy = Convoy(database)
    database.open.clear()
    marks = [mark(convoy, number) for number in range(3)]
    await asyncio.sleep(0)
    marks[1].cancel()
    database.open.set()
    assert await marks[0] == 0
    assert await marks[2] == 2
    with pytest.raises(asyncio.CancelledError):
        await marks[1]
