"""HTTP mode: the one address that Slack calls, and what is refused before Bolt sees it.

Bolt would answer a malformed timestamp with 500 and unreadable form data with 404.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports import Clock

PATH = "/slack/events"
BODY_BYTES = 1024 * 1024
# https://docs.slack.dev/authentication/verifying-requests-from-slack
MAX_AGE_SECONDS = 300

_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class SlackHttp:
    """Takes what Slack signed, lately, in a form that can be read; gives it to Bolt."""

    def __init__(self, app: AsyncApp, *, signing_secret: str, clock: Clock) -> None:
        self._app = app
        self._secret = signing_secret.encode()
        self._clock = clock

    def web_app(self) -> web.Application:
        """``POST /slack/events`` and nothing else."""
        application = web.Application(client_max_size=BODY_BYTES)
        application.router.add_post(PATH, self.events)
        return application

    async def events(self, request: web.Request) -> web.Response:
        """One delivery; 413 when it is too large."""
        answer = await self.take(await request.read(), request.headers)
        return await to_aiohttp_response(answer)

    async def take(self, body: bytes, headers: Mapping[str, str]) -> BoltResponse:
        """Answer one delivery. 401: not signed by Slack, or too old. 400: unreadable."""
        if not self._is_from_slack(body, headers):
            return BoltResponse(status=401, body="not signed by Slack, or too old")
        text = _readable(body, headers.get("Content-Type", ""))
        if text is None:
            return BoltResponse(status=400, body="not a command, an interaction or an event")
        return await self._app.async_dispatch(AsyncBoltRequest(body=text, headers=dict(headers)))

    def _is_from_slack(self, body: bytes, headers: Mapping[str, str]) -> bool:
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        if abs(self._clock.now().timestamp() - int(timestamp)) > MAX_AGE_SECONDS:
            return False
        # Over the raw bytes: the SDK's verifier fails on what is not UTF-8.
        signed = hmac.new(self._secret, b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256)
        given = headers.get("X-Slack-Signature", "").encode("utf-8", "replace")
        return hmac.compare_digest(b"v0=" + signed.hexdigest().encode(), given)


def _readable(body: bytes, content_type: str) -> str | None:
    """The body as text when Bolt can make something of it, else None."""
    try:
        text = body.decode()
        if content_type.startswith("application/json"):
            return text if isinstance(json.loads(text), dict) else None
        form = parse_qs(text, keep_blank_values=True)
        if "payload" in form:
            return text if isinstance(json.loads(form["payload"][0]), dict) else None
    except (ValueError, RecursionError):
        return None
    return text if {"command", "ssl_check"} & form.keys() else None
