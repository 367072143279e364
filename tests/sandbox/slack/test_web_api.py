"""Tokens, encodings, unknown methods, and the methods that stand alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack


@pytest.fixture
async def http(slack: LocalSlack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=slack.api_url) as session:
        yield session


async def answer(session: aiohttp.ClientSession, method: str, **how: Any) -> Any:
    async with session.post(method, **how) as response:
        return await response.json()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_auth_test_says_who_we_are_and_what_we_may(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    told = await client.auth_test()
    assert (told["team_id"], told["user_id"], told["bot_id"]) == (
        "T0LOCAL",
        "UEVALSBOT",
        "B0EVALSBOT",
    )
    assert set(told.headers["x-oauth-scopes"].split(",")) == slack.app.scopes


async def test_a_token_may_stand_in_the_header_or_in_a_form_but_not_in_json(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    token = slack.app.bot_token
    assert (await answer(http, "auth.test", headers=bearer(token)))["ok"]
    assert (await answer(http, "auth.test", data={"token": token}))["ok"]
    assert (await answer(http, "auth.test", json={"token": token}))["error"] == "not_authed"
    assert (await answer(http, "auth.test"))["error"] == "not_authed"
    assert (await answer(http, "auth.test", data={"token": "no"}))["error"] == "invalid_auth"


async def test_json_and_forms_mean_the_same(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    headers = bearer(slack.app.bot_token)
    blocks = [{"type": "divider"}]
    as_json = {"channel": "C0EVALS", "text": "x", "blocks": blocks}
    as_form = {"channel": "C0EVALS", "text": "x", "blocks": '[{"type": "divider"}]'}
    assert (await answer(http, "chat.postMessage", json=as_json, headers=headers))["ok"]
    assert (await answer(http, "chat.postMessage", data=as_form, headers=headers))["ok"]
    one, two = slack.workspace.messages
    assert one.blocks[0]["type"] == two.blocks[0]["type"] == "divider"
    broken = {"data": b"{", "headers": {**headers, "Content-Type": "application/json"}}
    assert (await answer(http, "chat.postMessage", **broken))["error"] == "invalid_json"


async def test_a_method_that_is_not_there_is_unknown(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    told = await answer(http, "chat.shout", headers=bearer(slack.app.bot_token))
    assert told == {"ok": False, "error": "unknown_method"}


async def test_the_app_token_opens_sockets_and_nothing_else(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    app_token = slack.app.app_token
    opened = await client.apps_connections_open(app_token=app_token)
    assert opened["url"].startswith("ws://127.0.0.1:")
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=slack.app.bot_token)
    told = await answer(http, "apps.connections.open", data={"token": app_token})
    assert told["error"] == "not_authed"
    told = await answer(http, "chat.postMessage", headers=bearer(app_token))
    assert told["error"] == "not_allowed_token_type"
    told = await answer(http, "auth.test", headers=bearer(app_token))
    assert told == {"ok": True, "app_name": "evals", "app_id": "A0EVALSBOT"}


async def test_an_app_token_without_its_scope_opens_nothing(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack._state.app = replace(slack.app, app_scopes=frozenset())
    with pytest.raises(SlackApiError) as caught:
        await client.apps_connections_open(app_token=slack.app.app_token)
    assert caught.value.response["needed"] == "connections:write"


async def test_api_test_gives_back_what_it_gets(http: aiohttp.ClientSession) -> None:
    assert await answer(http, "api.test", data={"a": "1"}) == {"ok": True, "args": {"a": "1"}}
    assert (await answer(http, "api.test", data={"error": "oh"}))["error"] == "oh"


async def test_blocks_can_be_validated_without_a_token(http: aiohttp.ClientSession) -> None:
    good = '[{"type": "divider"}]'
    assert await answer(http, "blocks.validate", data={"blocks": good}) == {"ok": True}
    told = await answer(http, "blocks.validate", data={"blocks": '[{"type": "header"}]'})
    assert told["error"] == "invalid_blocks"
    assert told["errors"] == [
        {
            "code": "failed_constraint",
            "message": "missing required field: text",
            "pointer": "/0",
        }
    ]
    told = await answer(http, "blocks.validate", data={"message": '{"blocks": [{}]}'})
    assert (told["error"], told["errors"][0]["pointer"]) == ("invalid_message", "/blocks/0")
    told = await answer(http, "blocks.validate", data={"view": '{"type": "modal"}'})
    assert told["error"] == "invalid_view"


@pytest.mark.parametrize(
    "how",
    [{"data": {}}, {"data": {"blocks": "[]", "view": "{}"}}, {"json": {"blocks": []}}],
    ids=["nothing", "two", "json"],
)
async def test_validation_takes_one_thing_and_no_json(
    http: aiohttp.ClientSession, how: dict[str, Any]
) -> None:
    told = await answer(http, "blocks.validate", **how)
    assert told["error"] == "invalid_arguments"


async def test_the_ledger_never_holds_a_token(
    slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    token = slack.app.bot_token
    await answer(http, "auth.test", data={"token": token})
    await answer(http, "auth.test", json={"token": token}, headers=bearer(token))
    assert token not in repr(slack.ledger.entries)
    assert len(slack.ledger.calls("auth.test")) == 2
