"""What every store does for replicas and for years: time, leases, first values, forgetting."""

from datetime import UTC, timedelta

from bot.domain.outbox import Kind, State
from bot.domain.watches import NewWatch
from bot.ports import Changes, Mute, Store
from tests.fakes import NOON
from tests.stores import MINUTE, SECOND, claim, new_row, seen_job

DAYS = timedelta(days=90)


async def test_the_time_is_aware_and_does_not_run_backwards(store: Store) -> None:
    first, second = await store.now(), await store.now()
    assert first.tzinfo is UTC
    assert first <= second


async def test_a_lease_is_one_holders_until_it_runs_out(store: Store) -> None:
    async def take(holder: str, *, after: int) -> bool:
        now = NOON + after * SECOND
        return await store.take_lease("poll", holder=holder, now=now, until=now + MINUTE)

    assert await take("a", after=0)
    assert not await take("b", after=59)
    assert await take("a", after=59)
    assert not await take("b", after=118)
    assert await take("b", after=119)
    assert not await take("a", after=119)


async def test_leases_do_not_know_each_other(store: Store) -> None:
    for name in ("poll", "prune"):
        assert await store.take_lease(name, holder=name, now=NOON, until=NOON + MINUTE)


async def test_only_its_holder_lets_go_of_a_lease(store: Store) -> None:
    async def take(holder: str) -> bool:
        return await store.take_lease("poll", holder=holder, now=NOON, until=NOON + MINUTE)

    assert await take("a")
    await store.release_lease("poll", holder="b")
    assert not await take("b")
    await store.release_lease("poll", holder="a")
    assert await take("b")
    await store.release_lease("other", holder="b")


async def test_the_first_value_of_a_setting_stays(store: Store) -> None:
    assert await store.first_setting("since", "2026") == "2026"
    assert await store.first_setting("since", "2027") == "2026"
    assert await store.first_setting("nothing", None) is None
    assert await store.first_setting("nothing", 1) is None


async def test_what_is_old_and_done_is_forgotten(store: Store) -> None:
    old = {"first_seen_at": NOON - 2 * DAYS, "last_seen_at": NOON - DAYS - SECOND}
    jobs = [
        seen_job("eval-old", "completed", **old),
        seen_job("eval-listed", "completed", first_seen_at=NOON - 2 * DAYS),
        seen_job("eval-going", "running", **old),
    ]
    rows = [new_row("sent", "C1"), new_row("open", "C1"), new_row("muted", "C1", muted=True)]
    long_ago = NOON - DAYS - SECOND
    await store.record(
        [], lambda _: Changes(seen=jobs, rows=rows), recheck_since=NOON, now=long_ago
    )
    [row] = await claim(store)
    await store.sent(row, channel="C1", ts="1.1", thread_ts=None, now=NOON)
    await store.enqueue([new_row("new", "C1", muted=True)], now=NOON - DAYS)
    assert await store.prune(before=NOON - DAYS) == 3
    assert {row.subject for row in await store.rows()} == {"open", "new"}
    assert [seen.id for seen in await store.unfinished()] == ["eval-going"]
    assert await store.prune(before=NOON - DAYS) == 0


async def test_forgetting_touches_nothing_that_still_holds(store: Store) -> None:
    watch = await store.add_watch(NewWatch(channel="C1", since=NOON - 2 * DAYS))
    mute = Mute(channel="C1", since=NOON - DAYS, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(mute, new_row("mute", kind=Kind.MISSED, due_at=mute.until))
    await store.hold("C2", until=NOON + MINUTE)
    await store.enqueue([new_row("eval-1", "C2")], now=NOON)
    await store.first_setting("since", "2020")
    assert await store.prune(before=NOON) == 0
    assert await store.watches() == (watch,)
    assert await store.muted("C1", now=NOON) == mute
    assert await claim(store, now=NOON) == ()
    assert await store.first_setting("since", "2026") == "2020"
    assert len(await store.rows(state=State.PENDING)) == 2
