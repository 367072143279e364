"""Into which channels the bot goes for whom: it joins public ones, and is invited into others."""

import asyncio
import logging
from collections.abc import Iterable

from bot.domain.asker import Asker
from bot.domain.errors import AccessDenied, QueryError, SlackError
from bot.ports import Notifier, People, Room
from bot.rendering.kit import Message
from bot.rendering.watching import invite_me

logger = logging.getLogger(__name__)

_BETWEEN_PEOPLE = (
    "I can't post in messages between people. Type this in a channel, or in a direct message with "
    "me."
)
_ARCHIVED = "That channel is archived, so nothing can be posted there."
_NOT_IN_IT = "You are not in that channel yourself. Join it, then try again."


class Rooms:
    """Where the bot may post, as Slack says at this moment."""

    def __init__(self, people: People, notifier: Notifier) -> None:
        self._people = people
        self._notifier = notifier

    async def enter(self, channel: str, asker: Asker) -> Message | Room:
        """See to it that the bot can post in a channel; return what the channel was before.

        Somebody who asks from elsewhere has to be in the channel, be it public or not. A message
        is the answer where only an invitation helps.

        Raises:
            AccessDenied: the asker is not in that channel.
            QueryError: nothing can be posted there.
            SlackError: Slack did not say, or did not let the bot in.
        """
        is_here = channel == asker.channel
        if is_here and asker.is_in_group:
            raise QueryError(_BETWEEN_PEOPLE)
        room = await self._people.room(channel)
        match room:
            case Room.HIDDEN if channel.startswith("D"):
                raise QueryError(_BETWEEN_PEOPLE)
            case Room.HIDDEN:
                return invite_me(None if is_here else channel)
            case Room.ARCHIVED:
                raise QueryError(_ARCHIVED)
        if not is_here and not await self._people.is_in(asker.user_id, channel):
            raise AccessDenied(_NOT_IN_IT)
        if room is Room.OPEN:
            await self._notifier.join(channel)
        return room

    async def join_all(self, channels: Iterable[str]) -> None:
        """Join what can be joined. The delivery tells of the rest when it has something to post."""

        async def join(channel: str) -> None:
            try:
                await self._notifier.join(channel)
            except SlackError as error:
                details = {"channel": channel, "reason": str(error), "code": error.code}
                logger.info("not joined", extra=details)

        await asyncio.gather(*map(join, channels))
