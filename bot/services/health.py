"""How the bot is: what ``/evals status`` and the health port tell."""

from bot import __version__
from bot.domain.health import HealthReport
from bot.ports import Clock
from bot.services.sharing import SharedEvaluations


class HealthCheck:
    """Collects what the parts know of themselves; asks nobody outside."""

    def __init__(self, evaluations: SharedEvaluations, clock: Clock, *, transport: str) -> None:
        self._evaluations = evaluations
        self._clock = clock
        self._transport = transport
        self._started_at = clock.now()

    def report(self) -> HealthReport:
        """How things are now."""
        return HealthReport(
            version=__version__,
            transport=self._transport,
            started_at=self._started_at,
            now=self._clock.now(),
            last_answer_at=self._evaluations.last_answer_at,
            last_failure=self._evaluations.last_failure,
            calls=self._evaluations.calls,
        )
