"""One process from start to end: connect, serve, poll and deliver, drain, leave."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.health_port import health_app
from bot.adapters.metering import Meters
from bot.adapters.slack import web_client, who_we_are
from bot.adapters.slack_http import SlackHttp
from bot.adapters.socket_mode import SocketMode, check_app_token
from bot.app import Bot, Refit, build, real_parts
from bot.condition import Condition
from bot.domain.commands import Watch
from bot.domain.errors import (
    SettingsError,
    SlackError,
    SlackRefused,
    SlackRefusedToken,
    SlackUnreachable,
    StoreError,
)
from bot.settings import Settings
from bot.watch_file import WATCH_FILE, read_watch_file

logger = logging.getLogger(__name__)

T = TypeVar("T")


_AGAIN_SECONDS = 5.0
_DRAIN_SECONDS = 20.0
"""Together's deadline: an answer that can still come, comes."""
_BACKLOG = 1024
"""Connections that wait to be taken. With the usual 128 a burst of 200 loses a second."""


async def run(settings: Settings, *, refit: Refit | None = None) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends the process at once.

    Raises:
        SettingsError: Slack refuses a token, an address is taken, or the database is no good.
        SystemExit: the connection to Slack stays down; the supervisor should start us anew.
    """
    stop, ready = _stop_signal(), asyncio.Event()

    async def serve() -> None:
        async with serving(settings, refit=refit):
            ready.set()
            logger.info("ready", extra={"transport": "socket" if settings.socket_mode else "http"})
            await stop.wait()
            logger.info("stopping")
        logger.info("stopped")

    served, stopping = asyncio.ensure_future(serve()), asyncio.ensure_future(stop.wait())
    await asyncio.wait({served, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        served.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        try:
            await served
        except* SlackUnreachable as lost:
            logger.error("giving up", extra={"reason": str(lost.exceptions[0])})  # noqa: TRY400
            raise SystemExit(1) from None
        finally:
            stopping.cancel()


@asynccontextmanager
async def serving(settings: Settings, *, refit: Refit | None = None) -> AsyncIterator[Bot]:
    """The bot, connected, polling and delivering; on the way out it finishes what it began.

    Raises:
        SettingsError: Slack refuses a token, an address is taken, or the database is no good.
    """
    written = _watch_file()
    async with AsyncExitStack() as stack:
        meters = Meters()
        condition = Condition(meters, poll_seconds=settings.evals_poll_seconds)
        health = health_app(condition.checks, condition.metrics)
        await _listen(stack, health, settings.health_host, settings.health_port, prefix="HEALTH_")
        client = web_client(
            settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url
        )
        workspace = await _insist(lambda: who_we_are(client), setting="SLACK_BOT_TOKEN")
        parts = await _insist(
            lambda: real_parts(settings, client=client, workspace=workspace, stack=stack),
            setting="DATABASE_URL",
        )
        bot = build(
            settings,
            workspace=workspace,
            client=client,
            parts=refit(parts) if refit is not None else parts,
            meters=meters,
        )
        await _insist(
            lambda: bot.watching.sync(settings.evals_channel, written), setting="DATABASE_URL"
        )
        intake = await stack.enter_async_context(AsyncExitStack())
        way = await _connect(intake, settings, bot, client)
        async with asyncio.TaskGroup() as tasks:
            halt = asyncio.Event()
            watchdog = tasks.create_task(way.keep())
            tasks.create_task(bot.rounds.run(halt))
            tasks.create_task(bot.delivery.run(halt))
            condition.joined(bot, way.is_connected)
            try:
                yield bot
            finally:
                condition.leaves()
                watchdog.cancel()
                await intake.aclose()
                halt.set()
                await bot.work.drain(timeout_seconds=_DRAIN_SECONDS)


async def _connect(
    intake: AsyncExitStack, settings: Settings, bot: Bot, client: AsyncWebClient
) -> "SocketMode | _HttpMode":
    """Open the way from Slack to us, which ``intake`` closes."""
    clock = bot.parts.clock
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        await _insist(lambda: check_app_token(client, app_token), setting="SLACK_APP_TOKEN")
        socket = SocketMode(bot.slack_app, app_token=app_token, clock=clock)
        intake.push_async_callback(socket.close)
        await socket.open()
        return socket
    secret = settings.slack_signing_secret
    if secret is None:
        raise SettingsError("SLACK_SIGNING_SECRET is missing")
    inlet = SlackHttp(bot.slack_app, signing_secret=secret.get_secret_value(), clock=clock)
    await _listen(intake, inlet.web_app(), settings.host, settings.port)
    return _HttpMode()


class _HttpMode:
    """Slack calls us, so there is no connection of ours to keep."""

    async def is_connected(self) -> bool:
        return True

    async def keep(self) -> None:
        await asyncio.Event().wait()


def _watch_file() -> Sequence[Watch]:
    return read_watch_file(WATCH_FILE) if WATCH_FILE.exists() else ()


async def _insist(ask: Callable[[], Awaitable[T]], *, setting: str) -> T:
    """Ask Slack or the database until it answers. A refusal is final: waiting mends no token."""
    while True:
        try:
            return await ask()
        except (SlackRefused, SlackRefusedToken) as error:
            raise SettingsError(
                f"{setting} does not work: Slack says {error.code}; `evals-bot check` tells more"
            ) from error
        except (SlackError, StoreError) as error:
            logger.warning("no answer, trying again", extra={"reason": str(error)})
            await asyncio.sleep(_AGAIN_SECONDS)


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
