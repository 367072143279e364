"""How the bot is: what ``/evals status`` and the health port tell."""

from bot import __version__
from bot.domain.errors import StoreError
from bot.domain.health import HealthReport, QueueHealth
from bot.ports import Clock, Outbox
from bot.services.rounds import Rounds
from bot.services.sharing import SharedEvaluations


class HealthCheck:
    """Collects what the parts know of themselves; asks nobody outside but the database.

    Args:
        rounds, outbox: None where nobody polls and delivers, as in ``evals-bot preview``.
    """

    def __init__(
        self,
        evaluations: SharedEvaluations,
        clock: Clock,
        *,
        transport: str,
        rounds: Rounds | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self._evaluations = evaluations
        self._clock = clock
        self._transport = transport
        self._rounds = rounds
        self._outbox = outbox
        self._started_at = clock.now()

    async def report(self) -> HealthReport:
        """How things are now."""
        return HealthReport(
            version=__version__,
            transport=self._transport,
            started_at=self._started_at,
            now=self._clock.now(),
            last_answer_at=self._evaluations.last_answer_at,
            last_failure=self._evaluations.last_failure,
            calls=self._evaluations.calls,
            polls=self._rounds.standing if self._rounds else None,
            queue=await self._queue(),
        )

    async def _queue(self) -> QueueHealth | None:
        if self._outbox is None:
            return None
        try:
            queue = await self._outbox.queue()
        except StoreError:
            return None
        return QueueHealth(
            waiting=queue.waiting,
            oldest_due_at=queue.oldest_due_at,
            in_doubt=queue.in_doubt,
            dead=queue.dead,
        )
