"""One message for each question, whoever asks: Slack, or ``evals-bot preview``."""

from bot.domain.commands import Command, Health, Help, Later, ListJobs, ShowJob
from bot.domain.errors import QueryError
from bot.rendering.controls import ListView
from bot.rendering.health import health_message
from bot.rendering.help import help_message
from bot.rendering.kit import Message
from bot.rendering.problems import later_message
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup

_OF_A_CHANNEL = "That concerns a channel, so it can be asked in Slack alone."


class Answers:
    """What the bot says to a question. ``services.watching`` answers what concerns a channel."""

    def __init__(self, lookup: Lookup, health: HealthCheck) -> None:
        self._lookup = lookup
        self._health = health

    async def to(self, command: Command) -> Message:
        """Answer a command.

        Raises:
            QueryError: it concerns a channel.
            TogetherError: no answer, and no older one to show.
        """
        match command:
            case ListJobs():
                return await self._lookup.list(ListView(query=command))
            case ShowJob():
                return await self._lookup.find(command.reference, public=command.public)
            case Help():
                return help_message(command.topic)
            case Health():
                return health_message(await self._health.report())
            case Later(verb=verb):
                return later_message(verb)
            case _:
                raise QueryError(_OF_A_CHANNEL)
