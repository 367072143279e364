"""One row from its claim to its verdict: doubt, takeovers, and our end between any two steps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackUnreachable,
    StoreUnavailable,
)
from bot.domain.notices import GROUP_ABOVE
from bot.domain.outbox import Kind, NewRow, State, row_key
from bot.domain.verdicts import InDoubt
from bot.rendering.kit import Message
from tests.fake_notifier import Twist
from tests.post_office import PACE, Crash, Mortal, PostOffice, group, notice, sample

LOST = SlackInDoubt("the connection was reset")
UNREADABLE = SlackRefused("not granted", code="missing_scope")
ROW = notice()
REPEAT = "possible repeat"


def is_marked(message: Message) -> bool:
    return REPEAT in message.text.lower()


async def test_a_row_is_posted_under_its_key_and_marked_with_where_it_is() -> None:
    office = PostOffice()
    await office.put(ROW)
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    row = office.row(ROW.key)
    assert posted.key == ROW.key
    assert (row.state, row.ts, row.channel) == (State.SENT, posted.ts, "C0EVALS")
    assert office.outcomes == [("ended", "sent")]
    assert not is_marked(posted.message)


async def test_a_message_to_a_person_is_kept_with_the_channel_in_which_it_landed() -> None:
    office = PostOffice()
    row = sample(1, channel="U0MEMBER")
    await office.put(row)
    await office.drain()
    assert office.row(row.key).channel == "D0MEMBER"


async def test_a_row_with_nothing_left_to_say_is_skipped() -> None:
    office = PostOffice()
    missed = NewRow(
        key=row_key(Kind.MISSED, "C0EVALS", epoch=0, channel="C0EVALS"),
        kind=Kind.MISSED,
        channel="C0EVALS",
        subject="C0EVALS",
        due_at=office.clock.now(),
    )
    await office.put(missed, ROW)
    await office.drain()
    assert office.states() == [State.SKIPPED, State.SENT]
    assert office.outcomes[0] == ("missed", "skipped")


@pytest.mark.parametrize("payload", [{}, {"kind": "of tomorrow"}, {"kind": "ended", "job": 7}])
async def test_a_row_that_nobody_can_read_delays_no_other(payload: dict[str, Any]) -> None:
    office = PostOffice()
    await office.put(replace(ROW, payload=payload), notice("eval-2"))
    await office.drain()
    assert office.states() == [State.DEAD, State.SENT]
    assert office.row(ROW.key).error == "unreadable"


# Doubt


async def test_a_message_that_slack_took_without_saying_so_is_found_and_not_repeated() -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    await office.put(ROW)
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]
    assert office.row(ROW.key).ts == office.notifier.posts[0].ts
    assert office.reasons() == ["doubt", "sent"]
    assert office.clock.monotonic() >= PACE.settle, "nobody looks before it cannot land any more"


async def test_a_message_that_slack_did_not_take_is_looked_for_twice_and_then_posted() -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=LOST))
    await office.put(ROW)
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    assert not is_marked(posted.message), "it is no repeat: the first one is not there"
    assert office.reasons() == ["doubt", "doubt", "not_there", "sent"]
    assert office.clock.monotonic() >= 2 * PACE.settle, "two looks some time apart"


@pytest.mark.parametrize("seconds", [0.5, 5, PACE.settle - 1, PACE.settle + 1])
async def test_a_message_that_slack_takes_late_is_not_repeated(seconds: float) -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=LOST, late_seconds=seconds))
    await office.put(ROW)
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]


async def test_where_nothing_can_be_read_back_it_is_repeated_once_and_says_so() -> None:
    office = PostOffice()
    office.notifier.find_errors["*"] = UNREADABLE
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    await office.put(ROW)
    await office.drain()
    first, second = office.notifier.to("C0EVALS")
    assert not is_marked(first.message)
    assert is_marked(second.message)
    assert office.reasons() == ["doubt", "repeat", "sent"]


async def test_where_nothing_can_be_read_back_it_is_parked_if_the_operator_wants() -> None:
    office = PostOffice(in_doubt=InDoubt.PARK)
    office.notifier.find_errors["*"] = UNREADABLE
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    await office.put(ROW, notice("eval-2"))
    await office.drain()
    assert office.states() == [State.DEAD, State.SENT]
    assert office.row(ROW.key).error == "in_doubt"
    assert len(office.notifier.keys("C0EVALS")) == 2
    assert office.reasons()[:2] == ["doubt", "park"]


async def test_endless_doubt_where_nothing_can_be_read_back_comes_to_an_end() -> None:
    office = PostOffice()
    office.notifier.find_errors["*"] = UNREADABLE
    office.notifier.twists["*"].extend(Twist(error=LOST, taken=True) for _ in range(50))
    await office.put(ROW)
    await office.drain()
    assert office.states() == [State.DEAD]
    assert len(office.notifier.keys("C0EVALS")) == 5


async def test_a_slack_that_does_not_answer_a_look_is_asked_again() -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    for error in (SlackUnreachable("away"), SlackBusy("busy", retry_after_seconds=9)):
        office.notifier.find_errors["*"] = error
        await office.put(ROW)
        for _ in range(40):
            await office.delivery().deliver_due()
            await office.clock.sleep(PACE.gap)
        assert office.states() == [State.DOUBT]
    office.notifier.find_errors.clear()
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]


async def test_a_doubtful_reply_is_looked_for_in_its_thread() -> None:
    office = PostOffice()
    await office.put(notice(kind=Kind.STARTED))
    await office.drain()
    office.notifier.twists["*"].append(Twist(error=LOST, taken=True))
    await office.put(ROW)
    await office.drain()
    card, reply = office.notifier.to("C0EVALS")
    assert reply.thread_ts == card.ts
    assert office.row(ROW.key).state is State.SENT


# What Slack refuses


async def test_blocks_that_slack_refuses_are_sent_as_words_once() -> None:
    office = PostOffice()
    refused = SlackRefusedMessage("no", code="invalid_blocks")
    office.notifier.twists["*"].append(Twist(error=refused))
    await office.put(ROW)
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    assert not posted.message.blocks
    assert "eval-1" in posted.message.text
    assert office.reasons() == ["plain", "sent"]


async def test_words_that_slack_refuses_too_are_given_up_and_delay_no_other() -> None:
    office = PostOffice()
    refused = SlackRefusedMessage("no", code="invalid_blocks")
    office.notifier.twists["*"].extend([Twist(error=refused), Twist(error=refused)])
    await office.put(ROW, notice("eval-2"))
    await office.drain()
    assert office.states() == [State.DEAD, State.SENT]
    assert office.row(ROW.key).error == "invalid_blocks"


async def test_words_stay_words_whatever_goes_wrong_next() -> None:
    office = PostOffice()
    office.notifier.twists["*"].extend(
        [
            Twist(error=SlackRefusedMessage("no", code="invalid_blocks")),
            Twist(error=SlackBusy("busy", retry_after_seconds=2)),
            Twist(error=LOST),
        ]
    )
    await office.put(ROW)
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    assert not posted.message.blocks


async def test_a_thread_that_is_closed_leaves_the_channel() -> None:
    office = PostOffice()
    await office.put(notice(kind=Kind.STARTED))
    await office.drain()
    closed = SlackRefusedChannel("no", code="cannot_reply_to_message")
    office.notifier.twists["*"].append(Twist(error=closed))
    await office.put(ROW)
    await office.drain()
    assert [posted.thread_ts for posted in office.notifier.to("C0EVALS")] == [None, None]
    assert office.row(ROW.key).thread_ts is None
    assert "unthread" in office.reasons()


async def test_a_slack_that_is_away_costs_nothing_but_time() -> None:
    office = PostOffice()
    office.notifier.twists["*"].extend(Twist(error=SlackUnreachable("away")) for _ in range(30))
    await office.put(ROW)
    await office.drain(rounds=20_000)
    assert office.notifier.keys("C0EVALS") == [ROW.key]
    assert office.reasons() == ["again"] * 30 + ["sent"]


async def test_a_dead_row_can_be_replayed() -> None:
    office = PostOffice()
    refused = SlackRefusedMessage("no", code="invalid_blocks")
    office.notifier.twists["*"].extend([Twist(error=refused), Twist(error=refused)])
    await office.put(ROW)
    await office.drain()
    [dead] = await office.store.rows(state=State.DEAD)
    assert await office.store.replay(dead.id, now=office.clock.now()) is not None
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    assert posted.message.blocks


# Our own end, between any two steps

STORE_STEPS = ["now", "claim", "rows", "sent", "again", "doubt", "hold", "resume_watches"]
NOTIFIER_STEPS = ["post", "find", "update"]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("passing", [1, 2, 3])
@pytest.mark.parametrize("step", STORE_STEPS + NOTIFIER_STEPS)
async def test_our_end_at_any_step_loses_nothing_and_repeats_nothing(
    step: str, passing: int, *, is_after: bool
) -> None:
    office = PostOffice()
    office.notifier.twists["*"].extend(
        [
            Twist(error=LOST, taken=True),
            Twist(error=SlackBusy("busy", retry_after_seconds=2)),
            Twist(error=LOST),
        ]
    )
    rows = [notice(kind=Kind.STARTED), ROW, notice("eval-2")]
    await office.put(*rows)
    mortal: dict[str, Any] = {
        "store": Mortal(office.store, step=step, passing=passing, is_after=is_after),
        "notifier": Mortal(office.notifier, step=step, passing=passing, is_after=is_after),
    }
    try:
        await office.drain(office.delivery(**mortal))
    except BaseExceptionGroup as ended:
        assert ended.subgroup(Crash) is not None  # noqa: PT017 - raises would want it each time
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [row.key for row in rows]
    assert office.states() == [State.SENT] * 3
    assert not any(is_marked(posted.message) for posted in office.notifier.posts)


@pytest.mark.parametrize("step", ["post", "sent"])
async def test_our_end_where_nothing_can_be_read_back_repeats_and_says_so(step: str) -> None:
    office = PostOffice()
    office.notifier.find_errors["*"] = UNREADABLE
    await office.put(ROW)
    mortal: dict[str, Any] = {
        "store": Mortal(office.store, step=step),
        "notifier": Mortal(office.notifier, step=step, is_after=True),
    }
    with pytest.raises(BaseExceptionGroup):
        await office.drain(office.delivery(**mortal))
    await office.drain()
    first, second = office.notifier.to("C0EVALS")
    assert not is_marked(first.message)
    assert is_marked(second.message)


async def test_a_row_whose_holder_died_comes_back_when_its_lease_is_over() -> None:
    office = PostOffice()
    await office.put(ROW)
    mortal: Any = Mortal(office.notifier, step="post")
    with pytest.raises(BaseExceptionGroup):
        await office.delivery(notifier=mortal).deliver_due()
    await office.clock.sleep(PACE.lease - 1)
    assert await office.delivery().deliver_due() == 0
    await office.clock.sleep(1)
    assert await office.delivery().deliver_due() == 1
    assert office.states() == [State.DOUBT], "it is looked for before it is posted"


async def test_a_process_that_was_stopped_too_long_does_not_use_its_claim() -> None:
    office = PostOffice()
    await office.put(ROW)

    async def stop() -> None:
        await office.clock.sleep(PACE.lease - PACE.deadline + 1)

    sleepy: Any = Mortal(office.store, step="rows", then=stop)
    await office.delivery(store=sleepy).deliver_due()
    assert not office.notifier.posts
    assert office.row(ROW.key).error == "late"
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]


async def test_a_row_that_was_claimed_by_another_since_is_left_alone() -> None:
    office = PostOffice()
    await office.put(ROW)

    async def meanwhile() -> None:
        await office.clock.sleep(PACE.lease + 1)
        await office.delivery().deliver_due()

    slow: Any = Mortal(office.notifier, step="post", is_after=True, then=meanwhile)
    await office.delivery(notifier=slow).deliver_due()
    assert office.states() == [State.DOUBT], "the other one looks for it"
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]
    assert office.states() == [State.SENT]


async def test_a_refusal_of_a_row_that_another_claimed_since_holds_nothing() -> None:
    office = PostOffice()
    office.notifier.twists["*"].append(Twist(error=SlackBusy("busy", retry_after_seconds=900)))
    await office.put(ROW)

    async def meanwhile() -> None:
        await office.clock.sleep(PACE.lease + 1)
        await office.delivery().deliver_due()

    slow: Any = Mortal(office.notifier, step="post", then=meanwhile)
    await office.delivery(notifier=slow).deliver_due()
    assert office.states() == [State.DOUBT]
    assert office.store.holds["C0EVALS"] < office.clock.now() + timedelta(seconds=900)
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]


async def test_a_mark_waits_for_a_database_that_is_away_for_a_moment() -> None:
    office = PostOffice()
    await office.put(ROW)

    async def fail() -> None:
        raise StoreUnavailable("gone")

    flaky: Any = Mortal(office.store, step="sent", then=fail)
    await office.delivery(store=flaky).deliver_due()
    assert office.states() == [State.SENT]
    assert office.notifier.keys("C0EVALS") == [ROW.key]


async def test_a_mark_that_is_lost_costs_a_doubt_and_no_repeat() -> None:
    office = PostOffice()
    await office.put(ROW)

    async def fail() -> None:
        raise StoreUnavailable("gone")

    gone: Any = Mortal(office.store, step="sent", passing=0, then=fail)
    await office.delivery(store=gone).deliver_due()
    assert office.states() == [State.CLAIMED]
    await office.drain()
    assert office.notifier.keys("C0EVALS") == [ROW.key]
    assert office.states() == [State.SENT]


async def test_a_group_covers_its_members_with_one_message() -> None:
    office = PostOffice()
    ids = [f"eval-{number}" for number in range(GROUP_ABOVE + 1)]
    row = group(*ids)
    await office.put(row)
    await office.drain()
    [posted] = office.notifier.to("C0EVALS")
    assert all(job_id in posted.message.text for job_id in ids)
    assert office.row(row.key).state is State.SENT


@pytest.mark.parametrize("error", [LOST, UNREADABLE, SlackUnreachable("away")])
async def test_a_failure_to_reach_slack_is_never_told_to_slack(error: SlackError) -> None:
    office = PostOffice()
    office.notifier.post_errors["C0EVALS"] = error
    await office.put(ROW)
    for _ in range(60):
        await office.delivery().deliver_due()
        await office.clock.sleep(PACE.idle)
    assert [row.key for row in office.rows] == [ROW.key]
