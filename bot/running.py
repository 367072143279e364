"""One process from start to end: ask Slack who we are, connect, serve, drain, leave."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.clock import SystemClock
from bot.adapters.health_port import health_app
from bot.adapters.slack import web_client, who_we_are
from bot.adapters.slack_http import SlackHttp
from bot.adapters.socket_mode import SocketMode, check_app_token
from bot.app import Bot, build
from bot.domain.errors import SettingsError, SlackRefused, SlackUnreachable
from bot.settings import Settings

logger = logging.getLogger(__name__)

Connected = Callable[[], Awaitable[bool]]

T = TypeVar("T")

_SLACK_AGAIN_SECONDS = 5.0
_BACKLOG = 1024
"""Connections that wait to be taken. With the usual 128 a burst of 200 loses a second."""


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends the process at once.

    Raises:
        SettingsError: Slack refuses a token, or an address is taken.
    """
    stop = _stop_signal()
    async with AsyncExitStack() as stack:
        starting = asyncio.ensure_future(stack.enter_async_context(serving(settings)))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return
        await starting
        logger.info("ready", extra={"transport": "socket" if settings.socket_mode else "http"})
        await stopping
        logger.info("stopping")
    logger.info("stopped")


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Bot]:
    """The bot, connected to Slack; on the way out it takes nothing more in and finishes its work.

    Raises:
        SettingsError: Slack refuses a token, or an address is taken.
    """
    async with AsyncExitStack() as stack:
        transport: list[Connected] = []

        async def slack() -> bool:
            return bool(transport) and await transport[0]()

        await _listen(
            stack,
            health_app({"slack": slack}),
            settings.health_host,
            settings.health_port,
            prefix="HEALTH_",
        )
        client = web_client(
            settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url
        )
        workspace = await _insist(lambda: who_we_are(client), setting="SLACK_BOT_TOKEN")
        bot = build(settings, workspace=workspace, client=client)
        stack.push_async_callback(bot.close)
        transport.append(await _connect(stack, settings, bot, client))
        yield bot
        transport.clear()


async def _connect(
    stack: AsyncExitStack, settings: Settings, bot: Bot, client: AsyncWebClient
) -> Connected:
    """Open the way from Slack to us; return what tells whether it is open."""
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        await _insist(lambda: check_app_token(client, app_token), setting="SLACK_APP_TOKEN")
        socket = SocketMode(bot.slack_app, app_token=app_token)
        stack.push_async_callback(socket.close)
        await socket.open()
        return socket.is_connected
    secret = settings.slack_signing_secret
    if secret is None:
        raise SettingsError("SLACK_SIGNING_SECRET is missing")
    inlet = SlackHttp(bot.slack_app, signing_secret=secret.get_secret_value(), clock=SystemClock())
    await _listen(stack, inlet.web_app(), settings.host, settings.port)
    return _always


async def _always() -> bool:
    return True


async def _insist(ask: Callable[[], Awaitable[T]], *, setting: str) -> T:
    """Ask Slack until it answers. A refusal is final: no waiting mends a token."""
    while True:
        try:
            return await ask()
        except SlackRefused as error:
            raise SettingsError(
                f"{setting} does not work: Slack says {error.code}; `evals-bot check` tells more"
            ) from error
        except SlackUnreachable as error:
            logger.warning("Slack does not answer, trying again", extra={"reason": str(error)})
            await asyncio.sleep(_SLACK_AGAIN_SECONDS)


async def _listen(
    stack: AsyncExitStack, application: web.Application, host: str, port: int, *, prefix: str = ""
) -> None:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
    except OSError as error:
        raise SettingsError(
            f"{prefix}HOST and {prefix}PORT: cannot listen on {host}:{port} ({error.strerror})"
        ) from error


def _stop_signal() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop
