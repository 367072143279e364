"""The ledger keeps the order and wakes those who wait."""

import asyncio

import pytest

from bot.sandbox.slack import Entry, Ledger
from tests.fakes import settle


def entry(method: str) -> Entry:
    return Entry(at=0.0, method=method, arguments={})


async def test_a_wait_ends_with_the_call_that_was_waited_for() -> None:
    ledger = Ledger()
    waiting = asyncio.ensure_future(ledger.wait("chat.update", count=2))
    for method in ("chat.update", "auth.test"):
        ledger.write(entry(method))
    await settle()
    assert not waiting.done()
    ledger.write(entry("chat.update"))
    assert [found.method for found in await waiting] == ["chat.update"] * 2


async def test_a_wait_for_nothing_ends_in_time() -> None:
    with pytest.raises(TimeoutError):
        await Ledger().wait("auth.test", timeout=0.01)
