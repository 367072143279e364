"""The store in memory and the one in SQLite do the same, whatever happens in whatever order."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.outbox import Kind, Row, State
from bot.ports import Changes, Mute, Store
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeClock
from tests.stores import new_row, sqlite_store

CHANNELS = ("C1", "C2")
# Everything happens on a coarse grid, so that ends and beginnings often meet.
TICK = timedelta(seconds=15)
moments = st.integers(0, 12).map(lambda ticks: NOON + ticks * TICK)
channels = st.sampled_from(CHANNELS)
some_rows = st.lists(
    st.builds(
        lambda subject, channel, kind, due_at, muted: new_row(
            subject, channel, kind=kind, due_at=due_at, muted=muted
        ),
        st.integers(0, 12).map(str),
        channels,
        st.sampled_from([Kind.ENDED, Kind.ENDED, Kind.STARTED]),
        st.just(NOON) | moments,
        st.integers(0, 4).map(lambda one_in_five: one_in_five == 0),
    ),
    max_size=9,
)
marks = st.sampled_from(["sent", "again", "doubt", "dead", "skipped", "replay"])
steps = st.one_of(
    st.tuples(st.just("enqueue"), some_rows),
    st.tuples(st.just("record"), some_rows),
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.just("claim"), st.just(9)),
    st.tuples(marks, st.integers(0, 2)),
    st.tuples(marks, st.integers(0, 2)),
    st.tuples(st.just("claim"), st.just(9)),
    st.tuples(st.just("hold"), st.tuples(st.sampled_from([*CHANNELS, "*"]), moments)),
    st.tuples(st.just("mute"), st.tuples(channels, st.integers(1, 5))),
    st.tuples(st.just("unmute"), channels),
    st.tuples(st.just("prune"), moments),
)


async def take(  # noqa: PLR0911 - one a kind of step
    store: Store, step: tuple[str, Any], claims: Sequence[Row], number: int
) -> Any:
    """One step, a tick after the last one."""
    now = NOON + number * TICK
    name, value = step
    match name:
        case "enqueue":
            return list(await store.enqueue(value, now=now))
        case "record":
            return list(
                await store.record([], lambda _: Changes(rows=value), recheck_since=now, now=now)
            )
        case "claim":
            return await store.claim(
                now=now, lease_until=now + 2 * TICK, next_post_at=now + TICK, limit=value
            )
        case "hold":
            return await store.hold(value[0], until=value[1])
        case "mute":
            mute = Mute(channel=value[0], since=now, until=now + value[1] * TICK, by="U0MEMBER")
            row = new_row(str(number), value[0], kind=Kind.MISSED, due_at=mute.until)
            return await store.mute(mute, row)
        case "unmute":
            return await store.unmute(value, now=now)
        case "prune":
            return await store.prune(before=value)
    if not claims:
        return None
    return await mark(store, claims[-1 - value % len(claims)], name, now=now)


async def mark(store: Store, row: Row, name: str, *, now: Any) -> Any:
    """What a delivery, perhaps one that lost its claim long ago, writes down."""
    match name:
        case "sent":
            return await store.sent(row, channel=row.channel, ts="1.1", thread_ts="1.0", now=now)
        case "again":
            return await store.again(row, due_at=now + TICK, error="busy")
        case "doubt":
            later = row.not_found + 1
            return await store.doubt(row, since=now, due_at=now + TICK, not_found=later)
        case "replay":
            return await store.replay(row.id, now=now)
        case _:
            return await store.close(row, state=State(name), error="no")


@given(steps=st.lists(steps, min_size=10, max_size=25))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_do_the_same(steps: list[tuple[str, Any]]) -> None:
    async def compare() -> None:
        fake = FakeStore(FakeClock())
        with tempfile.TemporaryDirectory() as folder:
            async with sqlite_store(Path(folder), FakeClock()) as real:
                claims: list[Row] = []
                for number, step in enumerate(steps):
                    expected = await take(fake, step, claims, number)
                    assert await take(real, step, claims, number) == expected, step
                    claims += expected if step[0] == "claim" else []
                assert await real.rows(limit=999) == await fake.rows(limit=999)
                assert await real.queue() == await fake.queue()

    asyncio.run(compare())
