"""Into which channels the bot goes for whom."""

import pytest

from bot.domain.asker import Asker
from bot.domain.errors import AccessDenied, QueryError, SlackRefusedChannel, SlackUnreachable
from bot.ports import Room
from bot.rendering.kit import Message
from bot.services.rooms import Rooms
from tests.fake_notifier import FakeNotifier
from tests.fakes import FakePeople

HERE = Asker(user_id="U0MEMBER", channel="C0EVALS", trigger_id="1.made-up")
THERE = "C0OTHER"


def rooms(people: FakePeople, notifier: FakeNotifier | None = None) -> Rooms:
    return Rooms(people, notifier or FakeNotifier())


async def test_a_public_channel_is_joined_once() -> None:
    people, notifier = FakePeople(rooms={"C0EVALS": Room.OPEN}), FakeNotifier()
    assert await rooms(people, notifier).enter("C0EVALS", HERE) is Room.OPEN
    assert notifier.joined == ["C0EVALS"]
    people.rooms["C0EVALS"] = Room.JOINED
    assert await rooms(people, notifier).enter("C0EVALS", HERE) is Room.JOINED
    assert notifier.joined == ["C0EVALS"]


async def test_a_private_channel_answers_invite_me() -> None:
    people = FakePeople(rooms={"C0EVALS": Room.HIDDEN, THERE: Room.HIDDEN})
    answer = await rooms(people).enter("C0EVALS", HERE)
    assert isinstance(answer, Message)
    assert "`/invite @evals` here" in answer.text
    answer = await rooms(people).enter(THERE, HERE)
    assert isinstance(answer, Message)
    assert f"<#{THERE}>" in answer.text


async def test_messages_between_people_cannot_be_watched() -> None:
    dm = Asker(user_id="U0MEMBER", channel="D0OTHERS", trigger_id="1.made-up")
    with pytest.raises(QueryError, match="between people"):
        await rooms(FakePeople(rooms={"D0OTHERS": Room.HIDDEN})).enter("D0OTHERS", dm)
    group = Asker(user_id="U0MEMBER", channel="C0GROUP", is_in_group=True, trigger_id="1.made-up")
    with pytest.raises(QueryError, match="between people"):
        await rooms(FakePeople()).enter("C0GROUP", group)


async def test_an_archived_channel_is_said_to_be_archived() -> None:
    with pytest.raises(QueryError, match="archived"):
        await rooms(FakePeople(rooms={"C0EVALS": Room.ARCHIVED})).enter("C0EVALS", HERE)


@pytest.mark.parametrize("room", [Room.OPEN, Room.JOINED])
async def test_another_channel_is_for_its_own_people(room: Room) -> None:
    people, notifier = FakePeople(rooms={THERE: room}), FakeNotifier()
    with pytest.raises(AccessDenied):
        await rooms(people, notifier).enter(THERE, HERE)
    assert notifier.joined == []
    people.inside.add(("U0MEMBER", THERE))
    assert await rooms(people, notifier).enter(THERE, HERE) is room


async def test_from_a_group_message_another_channel_can_be_watched() -> None:
    group = Asker(user_id="U0MEMBER", channel="C0GROUP", is_in_group=True, trigger_id="1.made-up")
    people = FakePeople(inside={("U0MEMBER", THERE)})
    assert await rooms(people).enter(THERE, group) is Room.JOINED


async def test_when_slack_does_not_say_or_does_not_let_the_bot_in_it_is_an_error() -> None:
    people = FakePeople(failure=SlackUnreachable("Slack did not answer"))
    with pytest.raises(SlackUnreachable):
        await rooms(people).enter("C0EVALS", HERE)
    notifier = FakeNotifier(join_error=SlackRefusedChannel("no", code="too_many_members"))
    with pytest.raises(SlackRefusedChannel):
        await rooms(FakePeople(rooms={"C0EVALS": Room.OPEN}), notifier).enter("C0EVALS", HERE)


async def test_a_channel_that_cannot_be_joined_keeps_nothing_from_starting() -> None:
    notifier = FakeNotifier(join_error=SlackUnreachable("Slack did not answer"))
    await rooms(FakePeople(), notifier).join_all(["C0EVALS", THERE])
    notifier.join_error = None
    await rooms(FakePeople(), notifier).join_all(["C0EVALS", THERE])
    assert notifier.joined == ["C0EVALS", THERE]
