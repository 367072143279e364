"""Every answer that a post can get, over real sockets, and the one error that each becomes."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.notifier import SlackNotifier
from bot.adapters.slack import web_client
from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
)
from bot.rendering.kit import Message

HELLO = Message(text="eval-1 completed")
KEY = "ended:eval-1:0:C0EVALS"

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
CODES: dict[type[SlackError], str] = {
    SlackInDoubt: "internal_error fatal_error service_unavailable",
    SlackBusy: "ratelimited rate_limited",
    SlackUnreachable: "request_timeout team_added_to_org",
    SlackRefusedChannel: (
        "channel_not_found not_in_channel is_archived restricted_action "
        "restricted_action_read_only_channel restricted_action_thread_only_channel "
        "restricted_action_non_threadable_channel restricted_action_thread_locked "
        "ekm_access_denied messages_tab_disabled cannot_reply_to_message"
    ),
    SlackRefusedToken: (
        "invalid_auth not_authed account_inactive token_revoked token_expired org_login_required "
        "access_denied accesslimited two_factor_setup_required team_not_found"
    ),
    SlackRefused: (
        "missing_scope not_allowed_token_type no_permission enterprise_is_restricted "
        "as_user_not_supported message_limit_exceeded invalid_arguments a_code_of_tomorrow"
    ),
    SlackRefusedMessage: (
        "invalid_blocks invalid_blocks_format msg_blocks_too_long no_text too_many_attachments "
        "attachment_payload_limit_exceeded markdown_text_conflict metadata_too_large "
        "invalid_metadata_format invalid_metadata_schema invalid_attachments msg_too_long"
    ),
}


@asynccontextmanager
async def slack_that_says(
    body: str,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[SlackNotifier]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body.encode(), status=status, content_type=kind, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        client = web_client("xoxb-made-up", api_url=str(server.make_url("/api/")))
        yield SlackNotifier(client, deadline_seconds=5)


async def outcome(body: Any, **how: Any) -> SlackError:
    said = body if isinstance(body, str) else json.dumps(body)
    async with slack_that_says(said, **how) as notifier:
        with pytest.raises(SlackError) as caught:
            await notifier.post("C0EVALS", HELLO, key=KEY)
    return caught.value


@pytest.mark.parametrize(
    ("code", "expected"),
    [(code, kind) for kind, words in CODES.items() for code in words.split()],
)
async def test_every_code_of_slack_is_one_error(code: str, expected: type[SlackError]) -> None:
    error = await outcome({"ok": False, "error": code})
    assert type(error) is expected
    assert error.code == ("ratelimited" if expected is SlackBusy else code)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "", SlackInDoubt),
        (200, "[]", SlackInDoubt),
        (200, "[1]", SlackInDoubt),
        (200, '"ok"', SlackInDoubt),
        (200, "null", SlackInDoubt),
        (200, "{", SlackInDoubt),
        (200, '{"ok": true}', SlackInDoubt),
        (200, '{"ok": false}', SlackInDoubt),
        (302, "", SlackInDoubt),
        (400, "", SlackRefused),
        (403, '{"ok": false, "error": "restricted_action"}', SlackRefusedChannel),
        (404, "<html>", SlackRefused),
        (408, "", SlackInDoubt),
        (429, "", SlackBusy),
        (429, "<html>", SlackBusy),
        (500, '{"ok": false, "error": "not_in_channel"}', SlackInDoubt),
        (502, "<html>", SlackInDoubt),
        (503, "", SlackInDoubt),
        (504, "{}", SlackInDoubt),
    ],
)
async def test_every_answer_is_one_error(
    status: int, body: str, expected: type[SlackError]
) -> None:
    for kind in ("application/json", "text/plain", "text/html"):
        error = await outcome(body, status=status, kind=kind)
        is_no_object = expected is SlackRefusedChannel and kind != "application/json"
        assert type(error) is (SlackRefused if is_no_object else expected), kind


async def test_an_answer_in_no_encoding_is_in_doubt() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b'{"ok": "\xff"}', content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        client = web_client("xoxb-made-up", api_url=str(server.make_url("/api/")))
        with pytest.raises(SlackInDoubt):
            await SlackNotifier(client, deadline_seconds=5).post("C0EVALS", HELLO, key=KEY)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1),
        (" 30 ", 30),
        ("0", 0),
        ("999999", 3600),
        ("", 30),
        ("soon", 30),
        ("-1", 30),
        ("1.5", 30),
        ("inf", 30),
        ("²", 30),
    ],
)
async def test_retry_after_is_believed_within_reason(header: str, seconds: float) -> None:
    error = await outcome("{}", status=429, headers={"Retry-After": header})
    assert isinstance(error, SlackBusy)
    assert error.retry_after_seconds == seconds
