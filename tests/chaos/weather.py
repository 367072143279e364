"""What goes wrong round the victims: one fault of a kind at a time, in a seeded order."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import get_args

from bot.domain.pace import Pace
from bot.sandbox.slack import LocalSlack
from bot.sandbox.together import LocalTogether
from bot.sandbox.together.faults import FaultName
from tests.chaos.orders import FULL, SQLITE_FILE

TOGETHER = (
    *("refuse", "timeout", "drip", "429", "5xx", "html", "bad_json"),
    *("shuffle", "cap", "empty", "bomb", "regress", "vanish"),
)
SLACK = (
    *("refuse", "429", "late_accept", "500_after_accept", "reset_before_accept"),
    *("reset_after_accept", "stall", "drip", "bad_json"),
    *("is_archived", "not_in_channel", "invalid_auth"),
)
SOCKETS = ("drop", "halfopen", "dup")
DATABASE = ("locked", "full")
RESTART = "db.restart"
"""For a PostgreSQL alone."""
ALL = (
    *(f"together.{name}" for name in TOGETHER),
    *(f"slack.{name}" for name in SLACK),
    *(f"ws.{name}" for name in SOCKETS),
    *(f"db.{name}" for name in DATABASE),
)

_POST, _HISTORY = "chat.postMessage", "conversations.history"
_HELD = ("late_accept", "stall", "drip")
_KINDS = {"together": 1.0, "slack": 0.5, "ws": 2.0, "db": 2.0}
"""For how long there is peace between two faults of a kind, in lulls."""
_LATEST = 0.8
"""A post that Slack takes late lands within this share of the settle wait."""


class Weather:
    """Strikes until it is told to stop. ``struck`` counts the faults by name.

    Args:
        folder: where the victims and their SQLite file are.
        restart: stops a PostgreSQL and starts it again.
        names: the faults that it may use, as in ``ALL``.
        lull_seconds: between two faults of one kind, on average and roughly.
    """

    def __init__(
        self,
        *,
        slack: LocalSlack,
        together: LocalTogether,
        folder: Path,
        restart: Callable[[], None] | None,
        pace: Pace,
        names: Sequence[str],
        lull_seconds: float,
        seed: int,
    ) -> None:
        self.struck: Counter[str] = Counter()
        self._slack = slack
        self._together = together
        self._folder = folder
        self._restart = restart
        self._pace = pace
        self._names = names
        self._lull_seconds = lull_seconds
        self._random = Random(seed)
        self._held: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Each kind has a row of faults of its own."""
        async with asyncio.TaskGroup() as kinds:
            for kind, rarity in _KINDS.items():
                names = [name for name in self._names if name.startswith(f"{kind}.")]
                if names:
                    lull_seconds = self._lull_seconds * rarity
                    kinds.create_task(self._run(names, stop, lull_seconds=lull_seconds))
        self.clear()

    def clear(self) -> None:
        """Nothing is wrong any more, and nobody is held back."""
        self._together.faults.off()
        self._slack.faults.switch_off()

    async def _run(self, names: Sequence[str], stop: asyncio.Event, *, lull_seconds: float) -> None:
        while not stop.is_set():
            for name in self._random.sample(names, len(names)):
                await _wait(stop, self._random.uniform(0, 2 * lull_seconds))
                if stop.is_set():
                    return
                self.struck[name] += 1
                kind, _, fault = name.partition(".")
                match kind:
                    case "together":
                        await self._trouble_together(fault, stop)
                    case "slack":
                        await self._trouble_slack(fault, stop)
                    case "ws":
                        await self._trouble_sockets(fault, stop)
                    case _ if fault == "full":
                        await self._fill_database(stop)
                    case _ if fault == "locked":
                        await self._lock_database(stop)
                    case _ if self._restart is not None:
                        await asyncio.to_thread(self._restart)

    async def _trouble_together(self, fault: str, stop: asyncio.Event) -> None:
        name = next(known for known in get_args(FaultName) if known == fault)
        self._together.faults.on(name, retry_after="1" if name == "429" else None)
        await _wait(stop, self._random.uniform(0.2, 1.0))
        self._together.faults.off(name)

    async def _trouble_slack(self, fault: str, stop: asyncio.Event) -> None:
        if fault == "refuse":
            async with self._slack.away():
                await _wait(stop, self._random.uniform(0.1, 0.6))
            return
        where = self._random.choices((_POST, _HISTORY, "*"), weights=(7, 2, 1))[0]
        if fault not in _HELD:
            self._slack.faults.switch_on(fault, on=where, times=self._random.randint(1, 3))
            await _wait(stop, self._random.uniform(0.1, 0.6))
            self._slack.faults.switch_off(fault)
            return
        held = self._slack.faults.switch_on(fault, on=_POST, times=1)
        try:
            async with asyncio.timeout(1.0):
                await held.struck.wait()
        except TimeoutError:
            self._slack.faults.switch_off(fault)
            return
        late = self._random.uniform(0.4, _LATEST) * self._pace.settle
        await asyncio.sleep(self._pace.deadline + late)
        held.release()

    async def _trouble_sockets(self, fault: str, stop: asyncio.Event) -> None:
        if fault == "drop":
            self._slack.sockets.drop()
            return
        self._slack.faults.switch_on(fault, on="envelope")
        await self._slack.command("help", channel=next(iter(self._slack.workspace.channels)))
        await _wait(stop, self._random.uniform(0.1, 0.5))
        self._slack.faults.switch_off(fault)

    async def _fill_database(self, stop: asyncio.Event) -> None:
        """For those that begin a transaction from now on."""
        full = self._folder / FULL
        full.touch()
        try:
            await _wait(stop, self._random.uniform(0.1, 1.0))
        finally:
            full.unlink()

    async def _lock_database(self, stop: asyncio.Event) -> None:
        """Somebody else writes, and takes his time."""
        file = self._folder / SQLITE_FILE
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return  # the victim writes at this very moment
            await _wait(stop, self._random.uniform(0.1, 1.5))
            other.execute("ROLLBACK")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
