"""Socket Mode: Slack is reached from the inside, over a WebSocket that the SDK keeps up."""

import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import slack_errors
from bot.domain.addresses import leads_here


class SocketMode:
    """One connection. ``open`` returns once it stands; the SDK renews it as Slack asks."""

    def __init__(self, app: AsyncApp, *, app_token: str) -> None:
        self._handler = AsyncSocketModeHandler(
            app, app_token, logger=logging.getLogger("slack_sdk.socket_mode")
        )
        if leads_here(app.client.base_url):
            self._handler.client.proxy = None

    async def open(self) -> None:
        """Connect, for as long as that takes."""
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        """Whether Slack answers on the connection."""
        return await self._handler.client.is_connected()

    async def close(self) -> None:
        """Take nothing more in."""
        await self._handler.close_async()  # type: ignore[no-untyped-call]


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Ask for a connection and leave it unused: the SDK itself would try a bad token for ever.

    Raises:
        SlackRefused: the token is no good.
        SlackUnreachable: Slack did not answer.
    """
    with slack_errors():
        await client.apps_connections_open(app_token=app_token)
