"""A delivery that comes twice has no second effect.

A signed request stays valid for five minutes, so whoever saw one could send it again; and a
WebSocket may deliver an envelope twice. A ``trigger_id`` is given once.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports import Clock

REMEMBERED_SECONDS = 600.0
"""Slack's five minutes either way of our clock."""


class Replays:
    """A Bolt middleware that knows what it has seen. Its memory is bounded by time alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    async def drop(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt gives it by this name
    ) -> BoltResponse:
        """Acknowledge what was seen before, and do nothing."""
        trigger_id = str(req.body.get("trigger_id") or "")
        if trigger_id and self._is_known(trigger_id):
            return BoltResponse(status=200, body="")
        return await next()

    def _is_known(self, trigger_id: str) -> bool:
        now = self._clock.monotonic()
        while self._seen and next(iter(self._seen.values())) <= now - REMEMBERED_SECONDS:
            self._seen.popitem(last=False)
        if trigger_id in self._seen:
            return True
        self._seen[trigger_id] = now
        return False
