"""How soon ``/evals`` is acknowledged, beside a stock Bolt listener: signed, in one process."""

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.adapters.clock import SystemClock
from bot.adapters.slack_http import SlackHttp
from tests import payloads
from tests.benchmarks.figures import Figure, milliseconds_of, p50
from tests.fakes import settle
from tests.front import WORKSPACE, front

SECRET = "made-up-signing-secret"
RUNS = 200


def signed(text: str = "failed") -> tuple[bytes, dict[str, str]]:
    body = urlencode(payloads.command(text)).encode()
    timestamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def stock_app() -> AsyncApp:
    """What Bolt's documentation shows: verify, then a listener that awaits ``ack()``."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=WORKSPACE.team_id,
            bot_token="xoxb-made-up",
            bot_id=WORKSPACE.bot_id,
            bot_user_id=WORKSPACE.bot_user_id,
        )

    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/evals")
    async def evals(ack: AsyncAck) -> None:
        await ack()

    return app


async def measure() -> list[Figure]:
    """Both in turn, so that a slower moment of the machine is shared."""
    stock = stock_app()
    async with front() as bot:
        ours = SlackHttp(bot.bot.slack_app, signing_secret=SECRET, clock=SystemClock())

        async def ask_stock() -> Any:
            body, headers = signed()
            response = await stock.async_dispatch(
                AsyncBoltRequest(body=body.decode(), headers=headers)
            )
            assert response.status == 200

        async def ask_ours() -> Any:
            body, headers = signed()
            response = await ours.take(body, headers)
            assert response.status == 200

        theirs, own = [], []
        for _ in range(RUNS // 20):
            theirs += await milliseconds_of(ask_stock, runs=20)
            own += await milliseconds_of(ask_ours, runs=20)
            await settle()
    return [
        Figure(
            name="ack of /evals, p50 over a stock listener's",
            value=p50(own) / p50(theirs),
            unit="x",
            at_most=0.05,
            beside=f"{p50(own):.3f} ms beside {p50(theirs):.2f} ms",
        )
    ]
