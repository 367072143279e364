"""What every store does with messages: unique keys, claims, fences, order, and what is counted."""

from dataclasses import replace

import pytest

from bot.domain.outbox import Kind, Row, State
from bot.domain.watches import NewWatch
from bot.ports import Queue, Store
from tests.fakes import NOON
from tests.stores import LEASE, MINUTE, SECOND, claim, new_row


async def claimed(store: Store, subject: str = "eval-1", channel: str = "C1") -> Row:
    await store.enqueue([new_row(subject, channel)], now=NOON)
    [row] = await claim(store)
    return row


async def sent(store: Store, row: Row, ts: str = "1.1") -> bool:
    return await store.sent(row, channel=row.channel, ts=ts, thread_ts=None, now=NOON)


async def test_a_key_is_stored_once_for_ever(store: Store) -> None:
    first, second = new_row("eval-1"), new_row("eval-2")
    assert await store.enqueue([first, first], now=NOON) == [first]
    assert list(await store.enqueue([second, first], now=NOON)) == [second]
    assert list(await store.enqueue([first], now=NOON)) == []
    [row] = await claim(store)
    assert await sent(store, row)
    assert list(await store.enqueue([first], now=NOON)) == []


async def test_rows_come_back_as_they_were_stored_the_newest_first(store: Store) -> None:
    payload = {"text": "é ☃ \U0001f600", "number": 1.5, "list": [1, None, True], "deep": {"a": []}}
    due_at = NOON.replace(microsecond=123_456)
    rows = [
        new_row("eval-1", "C1", payload=payload, due_at=due_at),
        new_row("eval-1", "C2", kind=Kind.GROUP),
        new_row("eval-2", "C1", muted=True),
    ]
    await store.enqueue(rows, now=NOON)
    stored = await store.rows()
    assert [row.subject for row in stored] == ["eval-2", "eval-1", "eval-1"]
    assert stored[2] == Row(
        **{name: getattr(rows[0], name) for name in rows[0].__slots__},
        id=stored[2].id,
        state=State.PENDING,
        created_at=NOON,
    )
    assert stored[0].state is State.MUTED
    assert stored[0].muted
    assert stored[1].kind is Kind.GROUP
    assert stored[0].id > stored[1].id > stored[2].id


async def test_rows_are_found_by_what_they_are_about(store: Store) -> None:
    await store.enqueue([new_row("eval-1", "C1"), new_row("eval-1", "C2")], now=NOON)
    await store.enqueue([new_row("eval-2", "C1", muted=True)], now=NOON + MINUTE)

    async def found(**which: object) -> list[tuple[str, str]]:
        return [(row.subject, row.channel) for row in await store.rows(**which)]  # type: ignore[arg-type]

    assert await found(subject="eval-1") == [("eval-1", "C2"), ("eval-1", "C1")]
    assert await found(channel="C1") == [("eval-2", "C1"), ("eval-1", "C1")]
    assert await found(channel="C1", state=State.MUTED) == [("eval-2", "C1")]
    assert await found(since=NOON + SECOND) == [("eval-2", "C1")]
    assert await found(since=NOON + MINUTE) == [("eval-2", "C1")]
    assert await found(limit=1) == [("eval-2", "C1")]
    assert await found(subject="eval-3") == []


async def test_a_text_that_no_database_holds_is_stored_all_the_same(store: Store) -> None:
    await store.enqueue([new_row("eval-1", payload={"nul": "a\0b", "half": "c\ud800d"})], now=NOON)
    [row] = await store.rows()
    assert row.payload["nul"][0] + row.payload["nul"][-1] == "ab"
    assert row.payload["half"][0] + row.payload["half"][-1] == "cd"


async def test_a_claim_takes_one_row_a_channel_and_holds_the_channel(store: Store) -> None:
    rows = [new_row("eval-1", "C1"), new_row("eval-2", "C1"), new_row("eval-1", "C2")]
    await store.enqueue(rows, now=NOON)
    taken = await claim(store)
    assert [(row.subject, row.channel) for row in taken] == [("eval-1", "C1"), ("eval-1", "C2")]
    assert {row.state for row in taken} == {State.CLAIMED}
    assert {(row.fence, row.attempts, row.lease_until) for row in taken} == {(1, 1, NOON + LEASE)}
    assert await claim(store, now=NOON + MINUTE / 3) == ()
    for row in taken:
        assert await sent(store, row)
    assert await claim(store) == ()
    [later] = await claim(store, now=NOON + SECOND)
    assert (later.subject, later.channel) == ("eval-2", "C1")


async def test_no_more_is_claimed_than_asked_for_and_nothing_before_it_is_due(store: Store) -> None:
    rows = [new_row("eval-1", f"C{number}") for number in range(5)]
    await store.enqueue([*rows, new_row("eval-1", "C5", due_at=NOON + SECOND)], now=NOON)
    assert [row.channel for row in await claim(store, limit=2)] == ["C0", "C1"]
    assert [row.channel for row in await claim(store)] == ["C2", "C3", "C4"]
    assert await claim(store) == ()
    assert [row.channel for row in await claim(store, now=NOON + SECOND)] == ["C5"]


async def test_what_slack_refused_for_now_keeps_its_place(store: Store) -> None:
    await store.enqueue([new_row("eval-1"), new_row("eval-2")], now=NOON)
    [first] = await claim(store)
    assert await store.again(first, due_at=NOON + MINUTE, error="ratelimited")
    assert await claim(store, now=NOON + 2 * SECOND) == ()
    [again] = await claim(store, now=NOON + MINUTE)
    assert (again.id, again.attempts, again.fence) == (first.id, 2, 2)
    assert again.error == "ratelimited"


async def test_what_was_put_off_from_the_start_is_in_nobodys_way(store: Store) -> None:
    await store.enqueue([new_row("C1", kind=Kind.MISSED, due_at=NOON + MINUTE)], now=NOON)
    await store.enqueue([new_row("eval-1")], now=NOON)
    [row] = await claim(store)
    assert row.subject == "eval-1"
    assert await sent(store, row)
    [row] = await claim(store, now=NOON + MINUTE)
    assert row.kind is Kind.MISSED


async def test_a_hold_stops_a_channel_or_all_and_is_never_shortened(store: Store) -> None:
    await store.enqueue([new_row("eval-1", "C1"), new_row("eval-1", "C2")], now=NOON)
    await store.hold("C1", until=NOON + MINUTE)
    await store.hold("C1", until=NOON + SECOND)
    await store.hold("*", until=NOON + 2 * SECOND)
    assert await claim(store, now=NOON + SECOND) == ()
    assert [row.channel for row in await claim(store, now=NOON + 2 * SECOND)] == ["C2"]
    assert "C1" in [row.channel for row in await claim(store, now=NOON + MINUTE)]


async def test_a_claim_whose_lease_ran_out_comes_back_in_doubt(store: Store) -> None:
    lost = await claimed(store)
    assert await claim(store, now=NOON + LEASE - SECOND) == ()
    [found] = await claim(store, now=NOON + LEASE)
    assert found.id == lost.id
    assert found.doubted_at == NOON + LEASE
    assert (found.state, found.attempts, found.fence) == (State.CLAIMED, 1, 2)
    assert not await sent(store, lost)
    assert await sent(store, found, ts="7.7")
    [row] = await store.rows()
    assert (row.state, row.ts, row.sent_at, row.doubted_at) == (State.SENT, "7.7", NOON, None)


async def test_a_claim_that_runs_out_while_resolving_a_doubt_is_a_new_doubt(store: Store) -> None:
    row = await claimed(store)
    assert await store.doubt(row, since=NOON, due_at=NOON + SECOND, not_found=1)
    [looking] = await claim(store, now=NOON + SECOND)
    assert (looking.doubted_at, looking.not_found, looking.attempts) == (NOON, 1, 1)
    late = NOON + SECOND + LEASE
    [found] = await claim(store, now=late)
    assert (found.doubted_at, found.not_found) == (late, 0)


async def test_a_doubt_holds_its_channel_until_it_is_resolved(store: Store) -> None:
    await store.enqueue([new_row("eval-1"), new_row("eval-2")], now=NOON)
    [row] = await claim(store)
    assert await store.doubt(row, since=NOON, due_at=NOON + MINUTE, not_found=0)
    assert await claim(store, now=NOON + MINUTE / 2) == ()
    [row] = await claim(store, now=NOON + MINUTE)
    assert row.subject == "eval-1"
    assert await store.again(row, due_at=NOON + MINUTE, error="not found")
    [row] = await claim(store, now=NOON + 2 * MINUTE)
    assert (row.subject, row.doubted_at, row.not_found, row.attempts) == ("eval-1", None, 0, 2)


@pytest.mark.parametrize("mark", ["sent", "again", "doubt", "close"])
async def test_only_the_last_claim_may_mark_and_only_once(store: Store, mark: str) -> None:
    async def write(row: Row) -> bool:
        match mark:
            case "sent":
                return await sent(store, row)
            case "again":
                return await store.again(row, due_at=NOON, error="busy")
            case "doubt":
                return await store.doubt(row, since=NOON, due_at=NOON, not_found=0)
            case _:
                return await store.close(row, state=State.DEAD, error="no")

    old = await claimed(store)
    [new] = await claim(store, now=NOON + LEASE)
    assert not await write(old)
    assert not await write(replace(new, id=new.id + 1))
    assert await write(new)
    assert not await write(new)
    [row] = await store.rows()
    assert row.lease_until is None


async def test_a_post_to_a_person_is_remembered_where_it_landed(store: Store) -> None:
    row = await claimed(store, channel="U0MEMBER")
    assert await store.sent(row, channel="D1", ts="1.5", thread_ts="1.1", now=NOON)
    [stored] = await store.rows()
    assert (stored.channel, stored.ts, stored.thread_ts) == ("D1", "1.5", "1.1")
    assert stored.key == row.key


async def test_what_is_closed_is_done(store: Store) -> None:
    row = await claimed(store)
    assert await store.close(row, state=State.SKIPPED)
    assert await claim(store, now=NOON + MINUTE) == ()
    [stored] = await store.rows(state=State.SKIPPED)
    assert stored.error is None


async def test_a_dead_row_can_be_replayed(store: Store) -> None:
    row = await claimed(store)
    assert await store.replay(row.id, now=NOON) is None
    assert await store.close(row, state=State.DEAD, error="invalid_blocks")
    [dead] = await store.rows(state=State.DEAD)
    assert dead.error == "invalid_blocks"
    replayed = await store.replay(row.id, now=NOON + MINUTE)
    assert replayed is not None
    assert (replayed.state, replayed.due_at) == (State.PENDING, NOON + MINUTE)
    assert (replayed.attempts, replayed.error) == (0, None)
    assert await store.replay(row.id, now=NOON) is None
    assert await store.replay(row.id + 1, now=NOON) is None
    [again] = await claim(store, now=NOON + MINUTE)
    assert again.id == row.id


async def test_muted_rows_are_never_claimed(store: Store) -> None:
    await store.enqueue([new_row("eval-1", muted=True), new_row("eval-2")], now=NOON)
    assert [row.subject for row in await claim(store)] == ["eval-2"]


async def test_the_queue_is_counted(store: Store) -> None:
    assert await store.queue() == Queue(waiting=0, oldest_due_at=None, dead=0, sent=0, in_doubt=0)
    channels = ("C1", "C2", "C3", "C4", "C5")
    await store.enqueue([new_row("eval-1", channel) for channel in channels], now=NOON)
    await store.enqueue([new_row("eval-2", "C1", due_at=NOON + MINUTE)], now=NOON)
    await store.enqueue([new_row("eval-3", "C1", muted=True)], now=NOON)
    one, two, three, four, _ = await claim(store)
    await sent(store, one)
    await store.close(two, state=State.DEAD)
    await store.doubt(three, since=NOON, due_at=NOON + MINUTE, not_found=0)
    await store.again(four, due_at=NOON + 2 * MINUTE, error="busy")
    assert await store.queue() == Queue(waiting=4, oldest_due_at=NOON, dead=1, sent=1, in_doubt=1)


async def test_a_delivered_notice_is_noted_with_the_watches_it_speaks_for(store: Store) -> None:
    first, second, third = [
        await store.add_watch(NewWatch(channel=channel, since=NOON))
        for channel in ("C1", "C2", "C3")
    ]
    rows = [
        new_row("eval-1", "C1", payload={"watches": [first.number]}),
        new_row("many", "C2", kind=Kind.GROUP, payload={"notices": [{"watches": [second.number]}]}),
    ]
    await store.enqueue(rows, now=NOON)
    for row in await claim(store):
        assert await store.sent(
            row, channel=row.channel, ts="1.1", thread_ts=None, now=NOON + SECOND
        )
    stored = {watch.number: watch.last_sent_at for watch in await store.watches()}
    assert stored == {
        first.number: NOON + SECOND,
        second.number: NOON + SECOND,
        third.number: None,
    }
