"""Response URLs: how often, how long, for whom, and what each flag does."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack import Interaction, LocalSlack, Message
from bot.sandbox.slack.response_urls import LIFE_SECONDS
from bot.sandbox.slack.workspace import BOT_USER_ID, Draft

BUTTON = {
    "type": "button",
    "action_id": "go",
    "text": {"type": "plain_text", "text": "Go"},
    "value": "v",
}
BLOCKS = ({"type": "actions", "elements": [BUTTON]},)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def use(
    http: aiohttp.ClientSession, interaction: Interaction, **body: Any
) -> tuple[int, str]:
    async with http.post(interaction.response_url, json=body) as response:
        return response.status, await response.text()


async def pressed(slack: LocalSlack, *, ephemeral_to: str | None) -> tuple[Message, Interaction]:
    message = slack.workspace.post(
        Draft(text="original", blocks=BLOCKS),
        channel="C0EVALS",
        author=BOT_USER_ID,
        at=slack.app.now(),
        ephemeral_to=ephemeral_to,
    )
    return message, await slack.press(message, "go")


async def test_an_answer_is_private_unless_it_says_in_channel(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command()
    assert await use(http, typed, text="for you") == (200, "ok")
    assert await use(http, typed, text="for all", response_type="in_channel") == (200, "ok")
    assert [(m.text, m.ephemeral_to) for m in typed.messages] == [
        ("for you", "U0MEMBER"),
        ("for all", None),
    ]


async def test_the_sixth_use_is_refused(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    typed = await slack.command()
    for _ in range(5):
        assert (await use(http, typed, text="x"))[0] == 200
    assert await use(http, typed, text="x") == (404, '{"ok": false, "error": "used_url"}')
    assert len(typed.messages) == 5
    assert slack.ledger.entries[-1].outcome == "used_url"


async def test_the_thirty_first_minute_is_too_late(
    slack: LocalSlack, http: aiohttp.ClientSession, clock: Any
) -> None:
    typed = await slack.command()
    clock.seconds += LIFE_SECONDS - 5
    assert (await use(http, typed, text="x"))[0] == 200
    clock.seconds += 6
    assert await use(http, typed, text="x") == (404, '{"ok": false, "error": "expired_url"}')


async def test_a_command_has_nothing_to_replace(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command()
    await use(http, typed, text="one")
    await use(http, typed, text="two", replace_original=True)
    one, two = slack.workspace.messages
    assert (one.text, two.text, two.replaced) == ("one", "two", None)


@pytest.mark.parametrize("ephemeral_to", [None, "U0MEMBER"])
async def test_an_action_replaces_and_deletes_its_message(
    slack: LocalSlack, http: aiohttp.ClientSession, ephemeral_to: str | None
) -> None:
    message, press = await pressed(slack, ephemeral_to=ephemeral_to)
    assert await use(http, press, text="newer", replace_original=True) == (200, '{"ok": true}')
    (newer,) = slack.workspace.messages
    assert (newer.ts, newer.text, newer.replaced) == (message.ts, "newer", message)
    assert await use(http, press, delete_original=True) == (200, '{"ok": true}')
    assert slack.workspace.messages == []
    assert [outcome.deleted for outcome in press.messages] == [False, True]


async def test_what_one_person_saw_never_becomes_public(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    _, press = await pressed(slack, ephemeral_to="U0MEMBER")
    await use(http, press, text="all", replace_original=True, response_type="in_channel")
    assert slack.workspace.messages[0].ephemeral_to == "U0MEMBER"
    await use(http, press, text="all", replace_original=False, response_type="in_channel")
    assert slack.workspace.messages[1].ephemeral_to is None


async def test_without_flags_an_action_answers_with_a_message_of_its_own(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    message, press = await pressed(slack, ephemeral_to=None)
    await use(http, press, text="new")
    assert [m.text for m in slack.workspace.messages] == ["original", "new"]
    assert slack.workspace.messages[0] == message


async def test_an_answer_can_go_into_a_thread(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    message, press = await pressed(slack, ephemeral_to=None)
    await use(
        http,
        press,
        text="reply",
        response_type="in_channel",
        replace_original=False,
        thread_ts=message.ts,
    )
    assert (await press.answer()).thread_ts == message.ts


async def test_a_refusal_comes_as_a_word_to_a_command_and_as_json_to_an_action(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command()
    bad = [{"type": "nonsense"}]
    assert await use(http, typed, text="x", blocks=bad) == (200, "invalid_blocks")
    _, press = await pressed(slack, ephemeral_to=None)
    status, body = await use(http, press, text="x", blocks=bad)
    assert status == 200
    assert '"error": "invalid_blocks"' in body
    assert "json-pointer:/blocks/0/type" in body
    assert await use(http, typed) == (200, "no_text")
    assert (await use(http, press))[1].startswith('{"ok": false, "error": "no_text"')
    assert [r.error for r in press.refusals] == ["invalid_blocks", "no_text"]
    bad_metadata = {"text": "x", "metadata": {"event_type": 1}}
    assert await use(http, typed, **bad_metadata) == (200, "invalid_metadata_format")


async def test_what_is_no_json_and_what_is_no_url(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command()
    async with http.post(typed.response_url, data=b"text=x") as response:
        assert (response.status, await response.text()) == (400, "invalid_payload")
    async with http.post(typed.response_url + "x", json={"text": "x"}) as response:
        assert response.status == 404


async def test_an_answer_needs_no_membership(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command(channel="G0SECRET")
    assert (await use(http, typed, text="x", response_type="in_channel"))[0] == 200


async def test_a_response_type_alone_shows_the_typed_command(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    typed = await slack.command()
    assert await use(http, typed, response_type="in_channel") == (200, "ok")
    assert typed.outcomes == []
