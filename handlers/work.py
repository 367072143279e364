"""What was acknowledged and is still to be done: a bounded set of tasks, drained at the end.

Not an ``asyncio.TaskGroup``: there one failing child cancels its siblings.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

LIMIT = 512
"""Answers under way at once. Each is small; beyond this a burst is told to come back."""


class Work:
    """A bounded set of tasks. ``handlers.errors.answer`` sees to it that none of them fails."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    @property
    def is_full(self) -> bool:
        """Whether a newcomer should be told to come back."""
        return len(self._tasks) >= self._limit

    @property
    def is_overfull(self) -> bool:
        """Whether there is not even room for telling a newcomer so."""
        return len(self._tasks) >= 2 * self._limit

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Begin now, finish some time."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, *, timeout_seconds: float) -> int:
        """Wait for what is under way; cancel what takes too long, and say how many that were."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=timeout_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
