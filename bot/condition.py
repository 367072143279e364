"""How the process is, for the health port: what holds, and the figures."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from bot.adapters.metering import Meters
from bot.app import Bot
from bot.domain.errors import StoreError
from bot.ports import Queue

Connected = Callable[[], Awaitable[bool]]

_DATABASE_SECONDS = 2.0
_POLLS_MISSED = 10


class Condition:
    """Nothing holds until the bot has joined, and nothing any more once it leaves."""

    def __init__(self, meters: Meters, *, poll_seconds: float) -> None:
        self._meters = meters
        self._poll_age = timedelta(seconds=max(_POLLS_MISSED * poll_seconds, 60))
        self._bot: Bot | None = None
        self._connected: Connected | None = None

    def joined(self, bot: Bot, connected: Connected) -> None:
        """From now on there is something to look at."""
        self._bot, self._connected = bot, connected

    def leaves(self) -> None:
        """Nobody should send us anything any more."""
        self._bot = self._connected = None

    async def checks(self) -> Mapping[str, bool]:
        """``slack``: connected; ``database``: reads and writes; ``polling``: not long ago."""
        if self._bot is None or self._connected is None:
            return {"slack": False, "database": False, "polling": False}
        return {
            "slack": await self._connected(),
            "database": await self._stores(self._bot),
            "polling": self._polls(self._bot),
        }

    async def metrics(self) -> bytes:
        """The page of ``/metrics``."""
        if self._bot is None:
            return self._meters.page(None, None)
        bot = self._bot
        return self._meters.page(await self._queue(bot), bot.parts.clock.now())

    async def _stores(self, bot: Bot) -> bool:
        return not bot.rounds.database_fails and await self._queue(bot) is not None

    def _polls(self, bot: Bot) -> bool:
        """Another replica may be the one that polls; then ours says nothing about it."""
        standing, now = bot.rounds.standing, bot.parts.clock.now()
        since = standing.failing_since
        return since is None or now - (standing.last_poll_at or since) < self._poll_age

    async def _queue(self, bot: Bot) -> Queue | None:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                return await bot.parts.store.queue()
        except (TimeoutError, StoreError):
            return None
