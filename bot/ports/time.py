"""What the bot needs to know of time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> datetime:
        """Aware, UTC: for what people read."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards: for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others run for that long."""
        ...
