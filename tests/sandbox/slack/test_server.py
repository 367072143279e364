"""Real slack_bolt apps, over both transports, against the local Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import AnswerRefused, InstalledApp, LocalSlack
from bot.sandbox.slack.delivery import sign

BUTTON = {
    "type": "button",
    "action_id": "again",
    "text": {"type": "plain_text", "text": "Again"},
    "value": "v1",
}
MENU = {
    "type": "static_select",
    "action_id": "status",
    "placeholder": {"type": "plain_text", "text": "Status"},
    "options": [
        {"text": {"type": "plain_text", "text": "All"}, "value": "all"},
        {"text": {"type": "plain_text", "text": "Failed"}, "value": "failed"},
    ],
}
BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}, "accessory": BUTTON},
    {"type": "actions", "elements": [MENU]},
]


def bolt_app(slack: LocalSlack) -> AsyncApp:
    """Answers a command with a button and a menu, and both of those in place."""
    client = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=slack.app.signing_secret)

    @app.command("/evals")
    async def on_command(ack: Any, respond: Any, command: Any) -> None:
        match command["text"]:
            case "ack":
                await ack("in the ack")
            case "ack blocks":
                await ack({"response_type": "in_channel", "text": "all", "blocks": BLOCKS[:1]})
            case "silence":
                pass
            case "public":
                await ack()
                await respond(text="for all", blocks=BLOCKS, response_type="in_channel")
            case "bad":
                await ack()
                await respond(text="bad", blocks=[{"type": "nonsense"}])
            case text:
                await ack()
                await respond(text=f"you said {text}", blocks=BLOCKS)

    @app.action("again")
    async def on_button(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(text=f"pressed {action['value']}", replace_original=True)

    @app.action("status")
    async def on_menu(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(text=f"chose {action['selected_option']['value']}", replace_original=True)

    @app.event("app_home_opened")
    async def on_event(event: Any) -> None:
        pass

    return app


@asynccontextmanager
async def over_http(slack: LocalSlack) -> AsyncIterator[None]:
    app = bolt_app(slack)

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", handle)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    slack.set_request_url(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def over_a_socket(slack: LocalSlack) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(bolt_app(slack), slack.app.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.connected()
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture(params=[over_http, over_a_socket])
async def served(slack: LocalSlack, request: pytest.FixtureRequest) -> AsyncIterator[LocalSlack]:
    async with request.param(slack):
        yield slack


async def test_a_command_is_acknowledged_and_answered_privately(served: LocalSlack) -> None:
    typed = await served.command("failed limit:5")
    answer = await typed.answer()
    assert (typed.problem, typed.ack_status) == (None, 200)
    assert typed.ack_seconds is not None
    assert typed.ack_seconds < 1
    assert (answer.text, answer.ephemeral_to) == ("you said failed limit:5", "U0MEMBER")
    assert answer.blocks[0]["block_id"]


async def test_a_button_and_a_menu_replace_what_they_stand_in(served: LocalSlack) -> None:
    answer = await (await served.command("x")).answer()
    pressed = await (await served.press(answer, "again")).answer()
    assert (pressed.text, pressed.ts, pressed.replaced) == ("pressed v1", answer.ts, answer)
    assert pressed.ephemeral_to == "U0MEMBER"
    chosen = await (await served.choose(answer, "status", "Failed")).answer()
    assert (chosen.text, chosen.ts) == ("chose failed", answer.ts)
    assert chosen.edits == (answer, pressed)
    assert [seen.text for seen in served.workspace.seen_by("U0MEMBER", "C0EVALS")] == [
        "chose failed"
    ]
    assert served.workspace.seen_by("U0ADMIN", "C0EVALS") == []


async def test_hand_made_values_reach_the_app(served: LocalSlack) -> None:
    answer = await (await served.command("x")).answer()
    assert (await (await served.press(answer, "again", value="forged")).answer()).text == (
        "pressed forged"
    )
    option = {"text": {"type": "plain_text", "text": "?"}, "value": "forged"}
    chosen = await (await served.choose(answer, "status", option)).answer()
    assert chosen.text == "chose forged"


async def test_a_public_answer_is_seen_by_everybody(served: LocalSlack) -> None:
    answer = await (await served.command("public")).answer()
    assert answer.ephemeral_to is None
    assert served.workspace.seen_by("U0ADMIN", "C0EVALS") == [answer]
    pressed = await served.press(answer, "again", user="U0ADMIN")
    assert (await pressed.answer()).text == "pressed v1"


async def test_a_refused_answer_raises_where_it_is_waited_for(served: LocalSlack) -> None:
    typed = await served.command("bad")
    with pytest.raises(AnswerRefused, match="unsupported type: nonsense"):
        await typed.answer()
    assert [refusal.error for refusal in typed.refusals] == ["invalid_blocks"]


async def test_an_acknowledgement_with_words_is_a_message(served: LocalSlack) -> None:
    private = await served.command("ack")
    assert private.messages[0].text == "in the ack"
    assert private.messages[0].ephemeral_to == "U0MEMBER"
    public = await served.command("ack blocks")
    assert public.messages[0].ephemeral_to is None
    assert public.messages[0].blocks
    assert served.ledger.accepted == [*private.messages, *public.messages]


async def test_an_event_is_delivered(served: LocalSlack) -> None:
    opened = await served.event(
        {"type": "app_home_opened", "user": "U0MEMBER", "channel": "D0MEMBER", "tab": "home"}
    )
    assert opened.problem is None
    assert opened.payload["event_id"].startswith("Ev0")


async def test_a_replay_is_the_very_same_delivery(served: LocalSlack) -> None:
    typed = await served.command("x")
    await typed.answer()
    assert (await typed.replay()).problem is None
    assert (await typed.answer(2)).text == "you said x"


async def test_an_app_that_does_not_acknowledge_times_out(
    slack: LocalSlack,
) -> None:
    async with over_a_socket(slack):
        slack._ack_seconds = 0.05
        typed = await slack.command("silence")
    assert (typed.problem, typed.ack_seconds) == ("operation_timeout", None)


async def test_an_app_that_is_slow_over_http_times_out() -> None:
    async with LocalSlack(InstalledApp(scopes=frozenset()), ack_seconds=0) as slack:
        slack.set_request_url(f"{slack.api_url}api.test")
        assert (await slack.command()).problem == "operation_timeout"


async def test_nobody_there_is_a_failed_dispatch(slack: LocalSlack) -> None:
    assert (await slack.command()).problem == "dispatch_failed"
    slack.set_request_url("http://127.0.0.1:9/slack/events")
    assert (await slack.command()).problem == "dispatch_failed"


async def test_a_status_that_is_no_success_is_a_failed_dispatch(slack: LocalSlack) -> None:
    slack.set_request_url(slack.api_url.replace("/api/", "/nowhere"))
    typed = await slack.command()
    assert (typed.problem, typed.ack_status) == ("dispatch_failed", 404)


async def test_a_forged_signature_is_turned_away_by_bolt(slack: LocalSlack) -> None:
    async with over_http(slack):
        good = slack.signed(b"text=x")
        assert SignatureVerifier(slack.app.signing_secret).is_valid(
            b"text=x", good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        )
        assert not SignatureVerifier("another secret").is_valid(
            b"text=x", good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        )
        old = slack.signed(b"text=x", timestamp=1_531_420_618)
        assert old["X-Slack-Request-Timestamp"] == "1531420618"


def test_slacks_own_worked_example_of_a_signature() -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015."
        b"47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = sign("8f742231b10e8888abcd99yyyzzz85a5", body, timestamp=1_531_420_618)
    assert headers["X-Slack-Signature"] == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


async def test_half_a_character_in_a_command_reaches_the_app(slack: LocalSlack) -> None:
    async with over_a_socket(slack):
        assert (
            await (await slack.command("a\ud800b\x00")).answer()
        ).text == "you said a\ud800b\x00"


async def test_what_is_not_there_cannot_be_pressed_or_typed(slack: LocalSlack) -> None:
    app = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url)
    await app.chat_postMessage(channel="C0EVALS", text="x", blocks=BLOCKS)
    (message,) = slack.workspace.messages
    with pytest.raises(LookupError):
        await slack.press(message, "unknown")
    with pytest.raises(LookupError):
        await slack.press(message, "again", index=1)
    with pytest.raises(LookupError):
        await slack.press(message, "status")
    with pytest.raises(LookupError):
        await slack.choose(message, "status", "neither label nor value")
    with pytest.raises(ValueError, match="/other is not a command"):
        await slack.command(command="/other")


async def test_two_buttons_of_one_name_are_told_apart(slack: LocalSlack) -> None:
    rows = [
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "x"},
            "block_id": f"row{n}",
            "accessory": {**BUTTON, "value": str(n)},
        }
        for n in range(2)
    ]
    app = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url)
    await app.chat_postMessage(channel="C0EVALS", text="x", blocks=rows)
    (message,) = slack.workspace.messages
    second = await slack.press(message, "again", index=1)
    assert second.payload["actions"][0]["value"] == "1"
    by_block = await slack.press(message, "again", block_id="row1")
    assert by_block.payload["actions"][0]["block_id"] == "row1"


async def test_a_press_delivers_what_slack_delivers(slack: LocalSlack) -> None:
    app = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url)
    await app.chat_postMessage(channel="C0SHARED", text="x", blocks=BLOCKS)
    await app.chat_postEphemeral(channel="C0SHARED", user="U0GUEST", text="y", blocks=BLOCKS)
    shown, private = slack.workspace.messages
    chosen = (await slack.choose(shown, "status", "all", user="U0STRANGER")).payload
    assert chosen["user"]["team_id"] == "T0OTHER"
    assert chosen["team"]["id"] == "T0LOCAL"
    assert chosen["container"] == {
        "type": "message",
        "message_ts": shown.ts,
        "channel_id": "C0SHARED",
        "is_ephemeral": False,
    }
    assert chosen["message"]["ts"] == shown.ts
    (values,) = chosen["state"]["values"].values()
    assert values["status"]["selected_option"]["value"] == "all"
    pressed = (await slack.press(private, "again", user="U0GUEST")).payload
    assert pressed["container"]["is_ephemeral"] is True
    assert "message" not in pressed
    (action,) = pressed["actions"]
    assert set(action) == {"action_id", "block_id", "text", "value", "type", "action_ts"}


async def test_away_means_that_no_connection_is_taken(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    async with slack.away():
        with pytest.raises(OSError, match="Cannot connect"):
            await client.auth_test()
    assert (await client.auth_test())["ok"]


async def test_the_app_answers_a_slack_api_error_like_the_real_one(
    client: AsyncWebClient,
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NOWHERE", text="x")
    assert caught.value.response["error"] == "channel_not_found"


async def test_a_socket_is_renewed_when_slack_asks_for_it(slack: LocalSlack) -> None:
    async with over_a_socket(slack):
        opened = len(slack.ledger.calls("apps.connections.open"))
        await slack.sockets.disconnect()
        await slack.ledger.wait("apps.connections.open", count=opened + 1)
