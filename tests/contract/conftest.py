"""One suite, three stores: in memory, in a SQLite file, in a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Store
from tests.fake_store import FakeStore
from tests.fakes import FakeClock
from tests.stores import postgres_store, sqlite_store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["fake", "sqlite", "postgres"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[Store]:
    match request.param:
        case "fake":
            yield FakeStore(clock)
        case "sqlite":
            async with sqlite_store(tmp_path, clock) as opened:
                yield opened
        case _:
            async with postgres_store(clock) as opened:
                yield opened
