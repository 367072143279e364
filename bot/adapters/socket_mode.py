"""Socket Mode: Slack is reached from the inside, over a WebSocket that the SDK keeps up.

The SDK reconnects by itself. A watchdog looks whether that works: a connection that stays down gets
a new handler, and when that does not help the process ends, for its supervisor to start it anew.
"""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import slack_errors
from bot.domain.addresses import leads_here
from bot.domain.errors import SlackUnreachable
from bot.ports import Clock

logger = logging.getLogger(__name__)

RENEW_SECONDS = 60.0
"""So long the SDK may try by itself."""
GIVE_UP_SECONDS = 300.0
_LOOK_SECONDS = 5.0
_CLOSE_SECONDS = 5.0


class SocketMode:
    """One connection. ``open`` returns once it stands; the SDK renews it as Slack asks."""

    def __init__(self, app: AsyncApp, *, app_token: str, clock: Clock) -> None:
        self._app = app
        self._app_token = app_token
        self._clock = clock
        self._handler = self._new_handler()

    async def open(self) -> None:
        """Connect, for as long as that takes."""
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        """Whether Slack answers on the connection."""
        return await self._handler.client.is_connected()

    async def close(self) -> None:
        """Take nothing more in. Bounded: a dead peer does not answer a farewell."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._handler.close_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            logger.warning("a connection to Slack did not close")

    async def keep(self) -> None:
        """Watch the connection until cancelled.

        Raises:
            SlackUnreachable: it stayed down although it was made anew.
        """
        opening: asyncio.Task[None] | None = None
        down_since = renewed_at = self._clock.monotonic()
        try:
            while True:
                await self._clock.sleep(_LOOK_SECONDS)
                now = self._clock.monotonic()
                if await self.is_connected():
                    down_since = renewed_at = now
                elif now - down_since > GIVE_UP_SECONDS:
                    raise SlackUnreachable("Socket Mode stays down")
                elif now - renewed_at > RENEW_SECONDS:
                    renewed_at = now
                    logger.warning("Socket Mode is down, making a new connection")
                    await self.close()
                    if opening is not None:
                        opening.cancel()
                    self._handler = self._new_handler()
                    opening = asyncio.ensure_future(self.open())
        finally:
            if opening is not None:
                opening.cancel()

    def _new_handler(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(
            self._app, self._app_token, logger=logging.getLogger("slack_sdk.socket_mode")
        )
        if leads_here(self._app.client.base_url):
            handler.client.proxy = None
        return handler


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Ask for a connection and leave it unused: the SDK itself would try a bad token for ever.

    Raises:
        SlackRefused, SlackRefusedToken: the token is no good.
        SlackUnreachable: Slack did not answer.
    """
    with slack_errors():
        await client.apps_connections_open(app_token=app_token)
