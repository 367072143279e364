"""Several replicas on one PostgreSQL, and a PostgreSQL that goes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest

from bot.adapters.store import SqlStore, open_store
from bot.adapters.store.polls import TRIES
from bot.domain.errors import StoreBusy, StoreUnavailable
from bot.domain.outbox import Kind, Row, State
from bot.domain.watches import NewWatch, Origin
from bot.ports import Changes, Known
from tests import postgres
from tests.fakes import NOON, FakeClock
from tests.stores import (
    SECOND,
    claim,
    new_row,
    postgres_store,
    run_apart,
    seen_job,
    shared_database,
)


@pytest.fixture
async def replicas() -> AsyncIterator[list[SqlStore]]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(postgres_store(FakeClock()))
        others = [await open_store(shared_database(), clock=FakeClock()) for _ in range(3)]
        for store in others:
            await stack.enter_async_context(aclosing(store))
        yield [first, *others]


async def test_no_row_is_claimed_twice_and_each_channel_keeps_its_order(
    replicas: list[SqlStore],
) -> None:
    rows = [new_row(f"eval-{number}", f"C{number % 40}") for number in range(240)]
    await replicas[0].enqueue(rows, now=NOON)
    taken: list[Row] = []

    async def deliver(store: SqlStore) -> None:
        while len(taken) < len(rows):
            for row in await claim(store, gap=0 * SECOND, limit=7):
                taken.append(row)
                await store.sent(row, channel=row.channel, ts="1.1", thread_ts=None, now=NOON)

    async with asyncio.timeout(60):
        await asyncio.gather(*map(deliver, replicas))
    assert sorted(row.id for row in taken) == sorted({row.id for row in taken})
    assert {row.fence for row in taken} == {1}
    for channel in {row.channel for row in taken}:
        ids = [row.id for row in taken if row.channel == channel]
        assert ids == sorted(ids)


async def test_claims_at_one_moment_share_the_channels_out(replicas: list[SqlStore]) -> None:
    rows = [new_row(f"eval-{number}", f"C{number}") for number in range(100)]
    await replicas[0].enqueue(
        [*rows, *(new_row(f"{row.subject}b", row.channel) for row in rows)], now=NOON
    )
    taken = await asyncio.gather(*(claim(store, limit=40) for store in replicas))
    channels = [row.channel for some in taken for row in some]
    assert len(channels) == len(set(channels))


async def test_the_same_poll_of_all_replicas_is_recorded_once(replicas: list[SqlStore]) -> None:
    changes = Changes(
        seen=[seen_job(f"eval-{number}", "completed") for number in range(20)],
        rows=[new_row(f"eval-{number}", "C1") for number in range(20)],
        settings={"mark": "2026"},
    )

    def decide(known: Known) -> Changes:
        return changes if "mark" not in known.settings else Changes()

    new = await asyncio.gather(
        *(store.record([], decide, recheck_since=NOON, now=NOON) for store in replicas)
    )
    assert sorted(map(len, new)) == [0, 0, 0, 20]
    stored = await replicas[0].rows()
    assert [row.kind for row in stored if row.state is State.PENDING] == [Kind.GROUP]
    assert len(stored) == 21


async def test_a_poll_that_meets_another_is_decided_again_on_what_that_one_wrote(
    replicas: list[SqlStore],
) -> None:
    ours, met = seen_job("eval-1", "error", epoch=1), []

    def decide(known: Known) -> Changes:
        met.append(known.seen.get("eval-1"))
        if len(met) == 1:
            run_apart(_record_elsewhere(Changes(seen=[seen_job("eval-1")])))
        return Changes(seen=[ours], rows=[new_row("eval-1")])

    [row] = await replicas[0].record(["eval-1"], decide, recheck_since=NOON, now=NOON)
    assert row.subject == "eval-1"
    assert met == [None, seen_job("eval-1")]
    assert len(await replicas[0].rows()) == 1


async def test_a_row_that_somebody_else_stores_meanwhile_is_not_new(
    replicas: list[SqlStore],
) -> None:
    tries: list[Known] = []

    def decide(known: Known) -> Changes:
        tries.append(known)
        if len(tries) == 1:
            run_apart(_record_elsewhere(Changes(rows=[new_row("eval-1")])))
        return Changes(rows=[new_row("eval-1"), new_row("eval-2")])

    [row] = await replicas[0].record([], decide, recheck_since=NOON, now=NOON)
    assert row.subject == "eval-2"
    assert len(tries) == 2


async def test_a_poll_that_always_meets_another_gives_up(replicas: list[SqlStore]) -> None:
    tries: list[Known] = []

    def decide(known: Known) -> Changes:
        tries.append(known)
        run_apart(_record_elsewhere(Changes(seen=[seen_job("eval-1", epoch=len(tries))])))
        return Changes(seen=[seen_job("eval-1")], rows=[new_row("eval-1")])

    with pytest.raises(StoreBusy, match="Another replica"):
        await replicas[0].record([], decide, recheck_since=NOON, now=NOON)
    assert len(tries) == TRIES
    assert await replicas[0].rows() == ()


async def test_the_same_watch_asked_for_at_once_is_one(replicas: list[SqlStore]) -> None:
    new = NewWatch(channel="C1", since=NOON)
    watches = await asyncio.gather(*(store.add_watch(new) for store in replicas))
    assert len({watch.number for watch in watches}) == 1
    setting = NewWatch(channel="C1", origin=Origin.SETTING, identity="C1", since=NOON)
    await asyncio.gather(*(store.sync_watches(Origin.SETTING, [setting]) for store in replicas))
    assert len(await replicas[0].watches()) == 2


async def test_one_replica_gets_the_lease(replicas: list[SqlStore]) -> None:
    now = await replicas[0].now()
    taken = await asyncio.gather(
        *(
            store.take_lease("poll", holder=str(number), now=now, until=now + SECOND)
            for number, store in enumerate(replicas)
        )
    )
    assert sorted(taken) == [False, False, False, True]


async def test_a_restart_in_the_middle_loses_nothing_and_is_got_over() -> None:
    server = postgres.server()
    async with postgres_store(FakeClock()) as store:
        await store.enqueue([new_row("eval-1", "C1"), new_row("eval-2", "C2")], now=NOON)
        first, second = await claim(store)

        def decide(_: Known) -> Changes:
            server.restart()
            return Changes(seen=[seen_job("eval-1")], rows=[new_row("eval-3")])

        with pytest.raises(StoreUnavailable):
            await store.record([], decide, recheck_since=NOON, now=NOON)
        assert await store.sent(first, channel="C1", ts="1.1", thread_ts=None, now=NOON)
        assert {row.subject for row in await store.rows()} == {"eval-1", "eval-2"}
        assert await store.unfinished() == ()
        server.stop()
        with pytest.raises(StoreUnavailable, match="cannot be used"):
            await store.sent(second, channel="C2", ts="1.1", thread_ts=None, now=NOON)
        server.start()
        assert await store.sent(second, channel="C2", ts="1.1", thread_ts=None, now=NOON)
        assert (await store.queue()).sent == 2


async def test_a_crash_of_the_database_keeps_what_was_committed() -> None:
    server = postgres.server()
    async with postgres_store(FakeClock()) as store:
        await store.enqueue([new_row("eval-1")], now=NOON)
        server.kill()
        server.start()
        assert [row.subject for row in await store.rows()] == ["eval-1"]


async def _record_elsewhere(changes: Changes) -> None:
    async with aclosing(await open_store(shared_database(), clock=FakeClock())) as store:
        await store.record([], lambda _: changes, recheck_since=NOON, now=NOON)
