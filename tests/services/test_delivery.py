"""Rounds over channels: order, pace, isolation, several replicas, and a clean end."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import SlackBusy, SlackInDoubt, SlackUnreachable, StoreUnavailable
from bot.domain.outbox import NewRow, State
from bot.domain.pace import Pace
from bot.domain.verdicts import InDoubt
from bot.ports import Posted
from bot.rendering.kit import Message
from bot.services.delivery import CHANNELS_AT_ONCE, Delivery
from tests.fake_notifier import FakeNotifier, Twist
from tests.fake_store import FakeStore
from tests.fakes import FakeClock, settle
from tests.post_office import PACE, Mortal, PostOffice, notice, sample


class HangingNotifier(FakeNotifier):
    """Slack that does not answer in some channels until it is let go; counts posts in flight."""

    def __init__(self, clock: FakeClock, *, hanging: Collection[str] = ()) -> None:
        super().__init__(clock=clock)
        self.hanging = hanging
        self.released = asyncio.Event()
        self.in_flight: Counter[str] = Counter()
        self.most_in_flight = 0

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        self.in_flight[channel] += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight[channel])
        try:
            if channel in self.hanging:
                await self.released.wait()
            await asyncio.sleep(0)
            return await super().post(channel, message, key=key, thread_ts=thread_ts)
        finally:
            self.in_flight[channel] -= 1


class Running:
    """A delivery that runs by a clock that the test moves."""

    def __init__(self, *, hanging: Collection[str] = (), pace: Pace = PACE) -> None:
        self.clock = FakeClock()
        self.store = FakeStore(self.clock)
        self.notifier = HangingNotifier(self.clock, hanging=hanging)
        self.stop = asyncio.Event()
        self.delivery = Delivery(self.store, self.notifier, self.clock, pace, InDoubt.REPEAT)
        self.task = asyncio.ensure_future(self.delivery.run(self.stop))

    async def put(self, *rows: NewRow) -> None:
        await self.store.enqueue(rows, now=self.clock.now())
        self.delivery.wake()
        await settle()

    async def end(self) -> None:
        self.stop.set()
        await self.task


def many(channel: str, count: int) -> list[NewRow]:
    return [sample(number, channel=channel) for number in range(count)]


# Rounds


async def test_a_round_tells_how_many_rows_it_worked_on() -> None:
    office = PostOffice()
    assert await office.delivery().deliver_due() == 0
    await office.put(*many("C0ONE", 2), *many("C0TWO", 2))
    assert await office.delivery().deliver_due() == 2


async def test_a_channels_rows_come_in_their_order_whatever_goes_wrong() -> None:
    office = PostOffice()
    office.notifier.twists["C0ONE"].extend(
        [
            Twist(error=SlackUnreachable("away")),
            Twist(error=SlackInDoubt("reset"), taken=True),
            Twist(error=SlackBusy("busy", retry_after_seconds=3)),
            Twist(error=SlackInDoubt("reset")),
        ]
    )
    rows = many("C0ONE", 6)
    await office.put(*rows)
    await office.drain()
    assert office.notifier.keys("C0ONE") == [row.key for row in rows]


async def test_one_message_a_second_goes_to_a_channel() -> None:
    office = PostOffice()
    delivery = office.delivery()
    await office.put(*many("C0ONE", 3))
    assert await delivery.deliver_due() == 1
    await office.clock.sleep(PACE.gap - 0.1)
    assert await delivery.deliver_due() == 0
    await office.clock.sleep(0.1)
    assert await delivery.deliver_due() == 1


async def test_what_slack_asks_for_holds_for_every_replica() -> None:
    office = PostOffice()
    busy = SlackBusy("busy", retry_after_seconds=60)
    office.notifier.twists["C0ONE"].append(Twist(error=busy))
    await office.put(*many("C0ONE", 2), sample(9, channel="C0TWO"))
    await office.delivery().deliver_due()
    assert office.notifier.keys("C0TWO")
    for _ in range(59):
        await office.clock.sleep(1)
        assert await office.delivery().deliver_due() == 0
    await office.clock.sleep(1)
    assert await office.delivery().deliver_due() == 1
    assert len(office.notifier.keys("C0ONE")) == 1


async def test_a_hold_binds_an_older_row_that_comes_due_meanwhile() -> None:
    office = PostOffice()
    put_off = replace(sample(1), due_at=office.clock.now() + timedelta(seconds=10))
    await office.store.enqueue([put_off], now=office.clock.now())
    office.notifier.twists["*"].append(Twist(error=SlackBusy("busy", retry_after_seconds=60)))
    await office.put(sample(2))
    await office.delivery().deliver_due()
    await office.clock.sleep(59)
    assert await office.delivery().deliver_due() == 0
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [put_off.key, sample(2).key]


# Replicas


async def test_two_replicas_send_each_row_once_and_in_order() -> None:
    office = PostOffice()
    rows = {channel: many(channel, 5) for channel in ("C0ONE", "C0TWO", "C0THREE")}
    await office.put(*(row for several in rows.values() for row in several))
    replicas = [office.delivery(), office.delivery()]
    for _ in range(12):
        await asyncio.gather(*(replica.deliver_due() for replica in replicas))
        await office.clock.sleep(PACE.gap)
    for channel, several in rows.items():
        assert office.notifier.keys(channel) == [row.key for row in several]


async def test_what_one_replica_leaves_behind_another_one_finishes() -> None:
    office = PostOffice()
    rows = many("C0ONE", 3)
    await office.put(*rows)
    dying: Any = Mortal(office.notifier, step="post", passing=2, is_after=True)
    with pytest.raises(BaseExceptionGroup):
        await office.drain(office.delivery(notifier=dying))
    await office.drain()
    assert office.notifier.keys("C0ONE") == [row.key for row in rows]


# Running


async def test_a_row_goes_at_once_when_somebody_wakes_the_delivery() -> None:
    running = Running()
    await settle()
    await running.put(notice())
    assert running.notifier.keys("C0EVALS") == [notice().key]
    assert running.clock.monotonic() == 0
    await running.end()


async def test_a_row_that_nobody_announced_goes_within_the_idle_time() -> None:
    running = Running()
    await settle()
    await running.store.enqueue([notice()], now=running.clock.now())
    await running.clock.advance(PACE.idle)
    assert running.notifier.keys("C0EVALS") == [notice().key]
    await running.end()


async def test_a_channels_next_row_goes_as_soon_as_its_pace_allows() -> None:
    running = Running(pace=replace(PACE, idle=1000.0))
    await running.put(*many("C0ONE", 3))
    await running.clock.advance(2 * PACE.gap)
    assert len(running.notifier.keys("C0ONE")) == 3
    await running.end()


async def test_a_channel_that_hangs_delays_no_other() -> None:
    running = Running(hanging=["C0SLOW"])
    await running.put(*many("C0SLOW", 2), *many("C0GOOD", 3))
    await running.clock.advance(2 * PACE.gap)
    assert len(running.notifier.keys("C0GOOD")) == 3
    assert not running.notifier.keys("C0SLOW")
    running.notifier.released.set()
    await running.clock.advance(PACE.gap)
    assert len(running.notifier.keys("C0SLOW")) == 2
    await running.end()


async def test_many_channels_go_at_once_and_each_one_post_at_a_time() -> None:
    running = Running()
    channels = [f"C0{number}" for number in range(4 * CHANNELS_AT_ONCE)]
    await running.put(*(row for channel in channels for row in many(channel, 3)))
    await running.clock.advance(2 * PACE.gap)
    assert all(len(running.notifier.keys(channel)) == 3 for channel in channels)
    assert running.notifier.most_in_flight == 1
    await running.end()


async def test_when_every_place_is_taken_the_next_channel_goes_as_soon_as_some_are_free() -> None:
    stuck = [f"C0STUCK{number}" for number in range(CHANNELS_AT_ONCE)]
    running = Running(hanging=stuck)
    await running.put(*(sample(1, channel=channel) for channel in stuck))
    await running.put(notice())
    await running.clock.advance(PACE.idle)
    assert not running.notifier.posts
    running.notifier.released.set()
    await settle()
    assert running.notifier.keys("C0EVALS")
    await running.end()


async def test_a_database_that_is_away_stops_sending_until_it_is_back() -> None:
    running = Running()
    running.store.failure = StoreUnavailable("gone")
    await settle()
    await running.clock.advance(60)
    assert not running.task.done()
    running.store.failure = None
    await running.put(notice())
    await running.clock.advance(PACE.retry)
    assert running.notifier.keys("C0EVALS") == [notice().key]
    await running.end()


async def test_at_the_end_nothing_more_is_claimed_and_what_is_under_way_is_marked() -> None:
    running = Running(hanging=["C0SLOW"])
    await running.put(*many("C0SLOW", 1))
    running.stop.set()
    await settle()
    await running.store.enqueue([notice()], now=running.clock.now())
    running.delivery.wake()
    await settle()
    assert not running.task.done(), "a post is under way"
    running.notifier.released.set()
    await running.task
    assert [row.state for row in running.store.outbox.values()] == [State.SENT, State.PENDING]


async def test_a_stop_that_comes_first_claims_nothing() -> None:
    running = Running()
    running.stop.set()
    await running.put(notice())
    await running.task
    await running.delivery.run(running.stop)
    states = {row.state for row in running.store.outbox.values()}
    assert states <= {State.PENDING, State.SENT}


async def test_a_bug_in_one_row_is_not_hidden() -> None:
    office = PostOffice()

    async def stumble() -> None:
        raise ZeroDivisionError

    await office.put(notice())
    faulty: Any = Mortal(office.notifier, step="post", then=stumble)
    with pytest.raises(ExceptionGroup) as caught:
        await office.delivery(notifier=faulty).deliver_due()
    assert caught.value.subgroup(ZeroDivisionError) is not None
