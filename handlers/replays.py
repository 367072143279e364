"""A delivery that comes twice has no second effect.

A signed request stays valid for five minutes, so whoever saw one could send it again; and a
WebSocket may deliver an envelope twice. A ``trigger_id`` is given once; an event has an
``event_id`` instead, which stays the same when Slack sends it again.
https://docs.slack.dev/authentication/verifying-requests-from-slack
https://docs.slack.dev/apis/events-api
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
        given_once = str(req.body.get("trigger_id") or req.body.get("event_id") or "")
        if given_once and self._is_known(given_once):
            return BoltResponse(status=200, body="")
        return await next()

    def _is_known(self, given_once: str) -> bool:
        now = self._clock.monotonic()
        while self._seen and next(iter(self._seen.values())) <= now - REMEMBERED_SECONDS:
            self._seen.popitem(last=False)
        if given_once in self._seen:
            return True
        self._seen[given_once] = now
        return False
