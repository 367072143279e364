"""One message for each command, whoever asks: Slack, or ``evals-bot preview``."""

from bot.domain.commands import (
    Command,
    Health,
    Help,
    Later,
    ListJobs,
    Mute,
    SendTest,
    ShowJob,
    ShowLog,
    Unmute,
    Unwatch,
    Watch,
    Watches,
)
from bot.rendering.controls import ListView
from bot.rendering.health import health_message
from bot.rendering.help import help_message
from bot.rendering.kit import Message
from bot.rendering.problems import later_message
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup

_VERBS: dict[type[Command], str] = {
    Watch: "watch",
    Watches: "watches",
    Unwatch: "unwatch",
    Mute: "mute",
    Unmute: "unmute",
    SendTest: "test",
    ShowLog: "log",
}


class Answers:
    """What the bot says to a command."""

    def __init__(self, lookup: Lookup, health: HealthCheck) -> None:
        self._lookup = lookup
        self._health = health

    async def to(self, command: Command) -> Message:
        """Answer a command.

        Raises:
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
                return health_message(self._health.report())
            case Later(verb=verb):
                return later_message(verb)
            case _:
                return later_message(_VERBS[type(command)])
