"""What a verdict does to a channel: holds, pauses, and one word to whoever made the watch."""

import logging
from datetime import timedelta

import pytest

from bot.domain.errors import SlackInDoubt, SlackRefused, SlackRefusedChannel, SlackRefusedToken
from bot.domain.outbox import Kind, State
from bot.domain.watches import NewWatch, Origin, Watch
from tests.fake_notifier import Twist
from tests.post_office import PACE, PostOffice, notice, sample

GONE = SlackRefusedChannel("no", code="not_in_channel")
LOST = SlackInDoubt("reset")
REVOKED = SlackRefusedToken("no", code="token_revoked")
DAY = 24 * PACE.pause


async def watched(
    office: PostOffice, *creators: str | None, channel: str = "C0EVALS"
) -> list[Watch]:
    return [
        await office.store.add_watch(
            NewWatch(
                channel=channel,
                notify=(f"U0{number}",),
                created_by=creator,
                origin=Origin.COMMAND if creator else Origin.SETTING,
                since=office.clock.now(),
            )
        )
        for number, creator in enumerate(creators)
    ]


async def live(office: PostOffice, seconds: float) -> None:
    """Let time pass with a round every ten minutes."""
    end = office.clock.monotonic() + seconds
    while office.clock.monotonic() < end:
        await office.delivery().deliver_due()
        await office.clock.sleep(600)


async def test_a_channel_that_refuses_pauses_its_watches_and_tells_their_creators_once() -> None:
    office = PostOffice()
    await watched(office, "U0MEMBER", "U0MEMBER", "U0OTHER", None)
    office.notifier.post_errors["C0EVALS"] = GONE
    await office.put(notice(), notice("eval-2"))
    await live(office, 5 * PACE.pause)
    paused = await office.store.watches()
    assert {watch.fault for watch in paused} == {"not_in_channel"}
    assert all(watch.paused_until for watch in paused)
    [to_member] = office.notifier.to("D0MEMBER")
    [_] = office.notifier.to("D0OTHER")
    assert "/invite" in to_member.message.text
    advice = [row for row in office.rows if row.kind is Kind.ADVICE]
    assert sorted(row.payload["numbers"] for row in advice) == [[1, 2], [3]]


async def test_a_channel_that_refuses_is_tried_hourly_for_a_day() -> None:
    office = PostOffice()
    office.notifier.post_errors["C0EVALS"] = GONE
    await office.put(notice())
    await live(office, DAY - 700)
    assert office.reasons() == ["pause_channel"] * 24
    await live(office, PACE.pause + 700)
    assert office.reasons() == ["pause_channel"] * 24 + ["dead"]
    assert office.row(notice().key).error == "not_in_channel"


async def test_a_channel_that_takes_messages_again_gets_all_of_them_in_order() -> None:
    office = PostOffice()
    [watch] = await watched(office, "U0MEMBER")
    office.notifier.post_errors["C0EVALS"] = GONE
    rows = [notice(f"eval-{number}") for number in range(3)]
    await office.put(*rows)
    await live(office, 3 * PACE.pause)
    del office.notifier.post_errors["C0EVALS"]
    await live(office, PACE.pause)
    assert office.notifier.keys("C0EVALS") == [row.key for row in rows]
    [resumed] = await office.store.watches()
    assert (resumed.paused_until, resumed.fault) == (None, None)
    assert resumed.number == watch.number


async def test_each_episode_is_told_of_once() -> None:
    office = PostOffice()
    await watched(office, "U0MEMBER")
    for episode in range(3):
        office.notifier.post_errors["C0EVALS"] = GONE
        await office.put(notice(f"eval-{episode}"))
        await live(office, 2 * PACE.pause)
        assert len(office.notifier.to("D0MEMBER")) == episode + 1
        del office.notifier.post_errors["C0EVALS"]
        await live(office, 2 * PACE.pause)
    assert len(office.notifier.keys("C0EVALS")) == 3


async def test_advice_that_cannot_be_given_makes_no_more_of_it() -> None:
    office = PostOffice()
    await watched(office, "U0MEMBER")
    await watched(office, "U0MEMBER", channel="U0MEMBER")
    closed = SlackRefusedChannel("no", code="messages_tab_disabled")
    office.notifier.post_errors |= {"C0EVALS": GONE, "U0MEMBER": closed}
    await office.put(notice(), notice(channel="U0MEMBER"))
    await live(office, DAY + 2 * PACE.pause)
    assert [row.kind for row in office.rows].count(Kind.ADVICE) == 1
    assert set(office.states()) == {State.DEAD}


async def test_a_token_that_is_refused_holds_everything_and_loses_nothing() -> None:
    office = PostOffice()
    channels = [f"C0{number}" for number in range(5)]
    await office.put(*(sample(1, channel=channel) for channel in channels))
    office.notifier.post_errors = dict.fromkeys(channels, REVOKED)
    await office.delivery().deliver_due()
    for _ in range(10):
        await office.clock.sleep(PACE.retry_most / 10 - 0.1)
        assert await office.delivery().deliver_due() == 0
    for _ in range(300):
        await office.clock.sleep(PACE.pause)
        await office.delivery().deliver_due()
    assert set(office.states()) == {State.PENDING}
    office.notifier.post_errors.clear()
    await office.clock.sleep(PACE.retry_most)
    await office.drain()
    assert set(office.states()) == {State.SENT}
    assert len(office.notifier.posts) == len(channels)


async def test_a_token_that_is_refused_on_a_look_holds_everything_too() -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    office.notifier.find_errors["*"] = REVOKED
    await office.put(notice())
    await office.delivery().deliver_due()
    await office.clock.sleep(PACE.settle)
    await office.delivery().deliver_due()
    await office.put(sample(1, channel="C0OTHER"))
    assert await office.delivery().deliver_due() == 0
    office.notifier.find_errors.clear()
    await office.clock.sleep(PACE.retry_most)
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [notice().key]


async def test_what_slack_refuses_for_another_reason_is_given_up_after_a_day() -> None:
    office = PostOffice()
    office.notifier.post_errors["C0EVALS"] = SlackRefused("no", code="missing_scope")
    await office.put(notice())
    await live(office, DAY + 2 * PACE.retry_most + 600)
    assert office.states() == [State.DEAD]
    assert set(office.reasons()) == {"again", "dead"}
    again = await office.store.replay(1, now=office.clock.now() + timedelta(seconds=1))
    assert again is not None


async def test_every_verdict_is_in_the_log_with_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=GONE))
    await office.put(notice())
    with caplog.at_level(logging.INFO, logger="bot.services.marking"):
        await office.drain(rounds=10_000)
    told = [(record.levelname, record.__dict__["reason"]) for record in caplog.records]
    assert told == [("WARNING", "pause_channel"), ("INFO", "sent")]
