"""Who may change what a channel is told of, by typing or by pressing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.jobs import EvaluationJob, Status
from bot.domain.outbox import Kind, Row
from bot.domain.watches import Watch
from bot.domain.workspace import Guests
from bot.ports import Audience, Room
from bot.rendering import controls
from handlers.payloads import asker_of
from tests import payloads
from tests.fakes import NOON, FakeEvaluations
from tests.front import Front, front

RUNNING = EvaluationJob(id="eval-7df2-1", status=Status.RUNNING)
CHANGES = ("watch model:qwen", "unwatch 1", "unwatch all", "mute 2h", "unmute", "test")
LOOKS = ("watches", "log eval-7df2")
PRESSES = (
    (controls.CHANNEL_MUTE, controls.MUTE_FOR),
    (controls.JOB_WATCH, RUNNING.id),
    (controls.UNWATCH, "1"),
)


def jobs() -> FakeEvaluations:
    return FakeEvaluations(jobs=[RUNNING])


async def watches(bot: Front) -> tuple[Watch, ...]:
    return await bot.store.watches()


def rows(bot: Front, kind: Kind) -> list[Row]:
    return [row for row in bot.store.outbox.values() if row.kind is kind]


async def test_a_watch_is_made_in_the_channel_where_it_was_typed_and_answered_in_private() -> None:
    async with front() as bot:
        await bot.command("watch model:qwen events:failed", channel_id="C0OTHER")
        message, to = bot.last
        assert "watch 1" in message.text
        assert to is Audience.ASKER
        (watch,) = await watches(bot)
        assert (watch.channel, watch.created_by, watch.since) == ("C0OTHER", payloads.MEMBER, NOON)


async def test_each_command_of_a_channel_is_answered() -> None:
    async with front(evaluations=jobs()) as bot:
        for text in (*CHANGES, *LOOKS, f"watch {RUNNING.id}"):
            before = len(bot.replies.sent)
            assert (await bot.command(text)).body == ""
            assert len(bot.replies.sent) == before + 1
            assert bot.last[1] is Audience.ASKER
            assert "not in this version" not in bot.last[0].text


async def test_a_wrong_watch_is_answered_like_a_wrong_question_and_stores_nothing() -> None:
    async with front() as bot:
        for text in ("watch type:classifi", "watch running", "watch since:7d", "mute", "unwatch x"):
            await bot.command(text)
            assert bot.last[1] is Audience.ASKER
        assert await watches(bot) == ()
        assert bot.store.outbox == {}


@pytest.mark.parametrize("text", CHANGES)
async def test_guests_and_strangers_change_nothing_by_typing(text: str) -> None:
    async with front(guests=Guests.LOOK) as bot:
        await bot.command("watch")
        state = (await watches(bot), dict(bot.store.outbox), dict(bot.store.mutes))
        await bot.command(text, user=payloads.GUEST)
        assert "Only full members" in bot.last[0].text
        await bot.command(text, team=payloads.OTHER_TEAM)
        assert "Only people of the workspace" in bot.last[0].text
        assert state == (await watches(bot), bot.store.outbox, bot.store.mutes)


@pytest.mark.parametrize("text", LOOKS)
async def test_guests_look_where_the_setting_lets_them(text: str) -> None:
    async with front(guests=Guests.LOOK) as bot:
        await bot.command(text, user=payloads.GUEST)
        assert "members" not in bot.last[0].text
    async with front() as bot:
        await bot.command(text, user=payloads.GUEST)
        assert "Guests cannot" in bot.last[0].text


@pytest.mark.parametrize(("action_id", "value"), PRESSES)
@pytest.mark.parametrize(
    "who", [{"user": payloads.GUEST}, {"user": "U0STRANGER", "team": payloads.OTHER_TEAM}]
)
async def test_guests_and_strangers_change_nothing_by_pressing(
    action_id: str, value: str, who: dict[str, str]
) -> None:
    async with front(evaluations=jobs(), guests=Guests.LOOK) as bot:
        await bot.command("watch")
        await bot.press(action_id, value, private=False, **who)
        assert bot.last[1] is Audience.ASKER
        assert "Only" in bot.last[0].text
        assert [watch.number for watch in await watches(bot)] == [1]
        assert bot.store.mutes == {}


async def test_mute_on_a_notice_tells_the_channel_who_did_it_and_until_when() -> None:
    async with front() as bot:
        await bot.press(controls.CHANNEL_MUTE, controls.MUTE_FOR, private=False)
        message, to = bot.last
        assert to is Audience.CHANNEL
        assert f"<@{payloads.MEMBER}>" in message.text
        assert [row.channel for row in rows(bot, Kind.MISSED)] == ["C0EVALS"]


async def test_mute_on_a_private_message_is_answered_in_private() -> None:
    async with front() as bot:
        await bot.press(controls.CHANNEL_MUTE, controls.MUTE_FOR)
        assert bot.last[1] is Audience.ASKER
        assert "<@" not in bot.last[0].text


async def test_watch_this_job_watches_it_in_this_channel() -> None:
    async with front(evaluations=jobs()) as bot:
        await bot.press(controls.JOB_WATCH, RUNNING.id, private=False)
        message, to = bot.last
        assert (to, RUNNING.id in message.text) == (Audience.ASKER, True)
        assert [(watch.job, watch.channel) for watch in await watches(bot)] == [
            (RUNNING.id, "C0EVALS")
        ]


async def test_end_shows_the_list_without_that_watch_in_place() -> None:
    async with front() as bot:
        await bot.command("watch model:qwen")
        await bot.command("watch model:llama")
        for _ in range(2):
            await bot.press(controls.UNWATCH, "1")
            message, to = bot.last
            assert to is Audience.SAME
            assert "llama" in message.text
            assert "qwen" not in message.text


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        (controls.CHANNEL_MUTE, ""),
        (controls.CHANNEL_MUTE, "2h 3h"),
        (controls.CHANNEL_MUTE, "99999999w"),
        (controls.UNWATCH, "all"),
        (controls.UNWATCH, "-1"),
        (controls.UNWATCH, ""),
        (controls.JOB_WATCH, ""),
        (controls.JOB_WATCH, "../../x"),
        (controls.JOB_WATCH, "\0"),
    ],
)
async def test_a_hand_made_value_changes_nothing(action_id: str, value: str) -> None:
    async with front() as bot:
        await bot.command("watch")
        assert (await bot.press(action_id, value, private=False)).status == 200
        assert "older version" in bot.last[0].text
        assert len(await watches(bot)) == 1
        assert bot.store.mutes == {}
        assert bot.evaluations.asked_ids == []


async def test_a_command_that_comes_twice_has_no_second_effect() -> None:
    async with front() as bot:
        for text in ("test", "mute 2h"):
            body = payloads.command(text)
            await bot.dispatch(body)
            await bot.clock.advance(60)
            await bot.dispatch(body)
        assert len(rows(bot, Kind.SAMPLE)) == 1
        (missed,) = rows(bot, Kind.MISSED)
        assert missed.due_at == NOON + timedelta(minutes=1, hours=2)


async def test_where_the_bot_was_invited_it_greets_once_and_answers_nobody() -> None:
    async with front() as bot:
        body = payloads.joined()
        for again in (body, body, payloads.joined()):
            assert (await bot.dispatch(again)).status == 200
        assert [row.channel for row in rows(bot, Kind.GREETING)] == ["C0EVALS"]
        assert bot.replies.sent == []


@pytest.mark.parametrize(
    "body", [payloads.joined(user=payloads.MEMBER), payloads.joined(inviter=None)]
)
async def test_nobody_is_greeted_when_others_join_or_the_bot_came_by_itself(
    body: dict[str, Any],
) -> None:
    async with front() as bot:
        assert (await bot.dispatch(body)).status == 200
        assert bot.store.outbox == {}


async def test_a_database_that_is_away_is_told_in_words_and_lookups_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with front(evaluations=jobs()) as bot:
        bot.store.failure = StoreUnavailable("the disk is full")
        await bot.command("watch")
        assert "database" in bot.last[0].text
        assert (await bot.dispatch(payloads.joined())).status == 200
        assert "the disk is full" in {record.__dict__.get("reason") for record in caplog.records}
        await bot.command("")
        assert RUNNING.id in bot.last[0].text


async def test_a_private_channel_and_a_conversation_of_others_are_turned_down_in_words() -> None:
    async with front() as bot:
        bot.people.rooms = dict.fromkeys(("C0EVALS", "D0OTHERS"), Room.HIDDEN)
        await bot.command("watch")
        assert "`/invite @evals`" in bot.last[0].text
        await bot.command("watch", channel_id="D0OTHERS", channel_name="directmessage")
        assert "between people" in bot.last[0].text
        await bot.command("watch", channel_id="C0GROUP", channel_name="mpdm-a--b--c-1")
        assert "between people" in bot.last[0].text
        assert await watches(bot) == ()


async def test_an_answer_that_takes_long_is_announced() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[RUNNING], gate=gate)) as bot:
        await bot.command(f"watch {RUNNING.id}")
        await bot.clock.advance(3)
        assert "Still asking" in bot.last[0].text
        gate.set()
        await bot.clock.advance(1)
        assert "Watching here" in bot.last[0].text


def test_an_asker_is_read_from_both_kinds_of_payload() -> None:
    typed = payloads.command("watch", channel_id="D0MEMBER", channel_name="directmessage")
    asker = asker_of(typed)
    assert (asker.user_id, asker.channel, asker.is_in_group) == ("U0MEMBER", "D0MEMBER", False)
    pressed = payloads.press(controls.JOB_WATCH)
    asker = asker_of(pressed)
    assert (asker.channel, asker.trigger_id) == ("C0EVALS", pressed["trigger_id"])
    assert asker_of({}).channel == ""
