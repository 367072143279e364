"""How what people do reaches the app: as one parcel, over signed HTTP or over a socket.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.interaction import Ack
from bot.sandbox.slack.socket_mode import NoSocket, Sockets
from bot.sandbox.slack.state import InstalledApp

# https://docs.slack.dev/interactivity/handling-user-interaction: "within 3 seconds"
ACK_SECONDS = 3.0

Kind = Literal["slash_commands", "interactive", "events_api"]
FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One delivery in both of its forms, so that a replay is the same to the byte."""

    body: bytes
    headers: dict[str, str]
    envelope: dict[str, Any]


def sign(
    secret: str, body: bytes, *, timestamp: int | str, content_type: str = FORM
) -> dict[str, str]:
    """The headers with which Slack sends ``body``. ``timestamp`` may be anything, to forge one."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": f"v0={digest}",
    }


def pack(
    app: InstalledApp, kind: Kind, payload: dict[str, Any], *, envelope_id: str, timestamp: int
) -> Parcel:
    """Prepare one delivery."""
    content_type = FORM
    if kind == "slash_commands":
        # A form cannot hold half a character; an app still has to survive one.
        body = urlencode(payload, errors="surrogatepass").encode()
    elif kind == "interactive":
        body = urlencode({"payload": json.dumps(payload)}).encode()
    else:
        content_type, body = _JSON, json.dumps(payload).encode()
    return Parcel(
        body=body,
        headers=sign(app.signing_secret, body, timestamp=timestamp, content_type=content_type),
        envelope={
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        },
    )


async def post(
    session: aiohttp.ClientSession, url: str, parcel: Parcel, *, deadline_seconds: float
) -> Ack:
    """Deliver over HTTP."""
    begin = time.perf_counter()
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            session.post(url, data=parcel.body, headers=parcel.headers) as response,
        ):
            raw = await response.read()
    except TimeoutError:
        return Ack(problem="operation_timeout")
    except aiohttp.ClientError:
        return Ack(problem="dispatch_failed")
    ok = 200 <= response.status < 300  # noqa: PLR2004 - HTTP's own range
    return Ack(
        seconds=time.perf_counter() - begin,
        problem=None if ok else "dispatch_failed",
        status=response.status,
        body=_body(raw, is_json=response.content_type == _JSON),
    )


async def emit(sockets: Sockets, parcel: Parcel, *, deadline_seconds: float) -> Ack:
    """Deliver over one of the app's sockets."""
    begin = time.perf_counter()
    try:
        async with asyncio.timeout(deadline_seconds):
            body = await sockets.send(parcel.envelope)
    except TimeoutError:
        return Ack(problem="operation_timeout")
    except NoSocket:
        return Ack(problem="dispatch_failed")
    return Ack(seconds=time.perf_counter() - begin, status=200, body=body or None)


def _body(raw: bytes, *, is_json: bool) -> dict[str, Any] | str | None:
    text = raw.decode("utf-8", "replace")
    if not text:
        return None
    if is_json:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, dict) else text
    return text
