"""The one place where an exception becomes words."""

import logging
from collections.abc import Awaitable
from typing import Protocol

from bot.domain.errors import AccessDenied, BotError, QueryError, SlackError
from bot.ports import Audience
from bot.rendering.kit import Message
from bot.rendering.problems import problem_message
from bot.services import incidents

logger = logging.getLogger(__name__)


class Answerable(Protocol):
    """The way back to a person."""

    async def send(self, message: Message, *, to: Audience) -> None:
        """Send one answer."""
        ...


async def answer(work: Awaitable[None], reply: Answerable) -> None:
    """Await ``work``; whatever goes wrong, tell the person in words and the log in detail."""
    try:
        await work
    except (QueryError, AccessDenied) as error:
        # The asker can mend these, so an operator need not see them.
        await _tell(problem_message(error), reply)
    except BotError as error:
        await _tell(problem_message(error, reference=incidents.record(error)), reply)
    except Exception as error:  # noqa: BLE001 - the person waits, and a task's error reaches nobody
        await _tell(problem_message(None, reference=incidents.record(error)), reply)


async def middleware_failed(error: Exception) -> None:
    """Log what Bolt's own middleware raised; there is nobody to answer yet."""
    incidents.record(error)


async def _tell(message: Message, reply: Answerable) -> None:
    try:
        await reply.send(message, to=Audience.ASKER)
    except SlackError as error:
        incidents.record(error)
