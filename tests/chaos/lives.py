"""The lives of a victim: started, ended by somebody or by itself, started again at once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Literal, get_args

from tests.chaos.orders import RECORDED, KillPoint, Mutant, Orders

ROOT = Path(__file__).parent.parent.parent
POINTS: tuple[KillPoint, ...] = get_args(KillPoint)
End = Literal["kill", "stop", "term", "term2"]

_TRIES = 3
"""A victim that does not come by its point is killed all the same, and tries again."""
_BEGIN_SECONDS = 30.0
_EARLY_SHARE = 0.15
_TERM_SECONDS = 25.0
_KILLED = -signal.SIGKILL
_LOG_LINES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How one life ends: at a point that it passes itself, or after some time.

    Attributes:
        seconds: from the moment when it is about to work; with ``is_early`` from its start.
        passing: how often it passes the point.
    """

    end: End
    seconds: float = 0.0
    is_early: bool = False
    point: KillPoint | None = None
    passing: int = 1


def plan_lives(
    random: Random, *, kills: int, named: Mapping[KillPoint, int], others: int, longest: float
) -> list[Life]:
    """Shuffled lives; baselines come first, and a doubt comes before a kill that needs one."""
    lives = [
        Life(
            end="kill",
            seconds=random.uniform(0.0, longest),
            is_early=random.random() < _EARLY_SHARE,
        )
        for _ in range(kills)
    ]
    for number in range(others):
        end: End = ("stop", "term", "term2")[number % 3]
        lives.append(Life(end=end, seconds=random.uniform(0.5, longest)))
    pairs: list[list[Life]] = [[life] for life in lives]
    for point, times in named.items():
        for _ in range(times):
            life = Life(end="kill", point=point, passing=random.choice((1, 1, 2, 3)))
            if point == "mid_reconcile":
                doubt = Life(end="kill", point="after_accept")
                pairs.append([doubt, replace(life, passing=1)])
            elif point != "mid_baseline":
                pairs.append([life])
    random.shuffle(pairs)
    first = [Life(end="kill", point="mid_baseline")] * named.get("mid_baseline", 0)
    return [*first, *(life for pair in pairs for life in pair)]


class Victim:
    """One program that is started again whenever it ends.

    Args:
        named_seconds: how long a life may take to pass its point.

    Attributes:
        kills: SIGKILLs so far, ``random`` or by point; ``stop``, ``term`` and ``term2`` beside.
        exits: how it ended when nobody wanted it to, with the last line that it said.
        log: the last lines of all its lives.
        begun: how many lives were begun.
        recorded: set once a poll of the present life, or of one before it, is stored.
    """

    def __init__(
        self,
        *,
        name: str,
        environment: Mapping[str, str],
        folder: Path,
        mutant: Mutant | None,
        named_seconds: float,
    ) -> None:
        self.kills: Counter[str] = Counter()
        self.exits: Counter[str] = Counter()
        self.log: list[str] = []
        self.begun = 0
        self.recorded = asyncio.Event()
        self._has_begun = asyncio.Event()
        self._orders = Orders(name=name, mutant=mutant)
        self._environment = dict(environment)
        self._folder = folder
        self._named_seconds = named_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._readers: list[asyncio.Task[None]] = []

    async def live(self, lives: Sequence[Life], random: Random) -> None:
        """One life after the other."""
        for life in lives:
            for _ in range(_TRIES):
                await self._begin(replace(self._orders, point=life.point, passing=life.passing))
                if not life.is_early:
                    await self._began()
                if await self._came_to_its_end(life, random):
                    break

    async def last(self) -> None:
        """The last life, which nobody ends but ``end``; it begins anew if it ends by itself."""
        await self._begin(self._orders)

    async def keep(self) -> None:
        """Begin again for as long as this is not cancelled."""
        while True:
            assert self._process is not None
            await self._process.wait()
            await self._note_exit()
            await asyncio.sleep(0.1)
            await self.last()

    async def end(self, *, twice: bool = False) -> int:
        """Ask it to stop, once or twice; return its exit code."""
        process = self._process
        assert process is not None
        self.kills["term2" if twice else "term"] += 1
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
            if twice:
                await asyncio.sleep(0.01)
                process.send_signal(signal.SIGTERM)
        if not await self._ended_within(_TERM_SECONDS):
            self.exits["did not stop in time"] += 1
            await self._kill("late")
            return _KILLED
        code = process.returncode
        assert code is not None
        # A signal before there is a handler ends Python at once, which is right, too.
        if code not in {0, -signal.SIGTERM} and not (twice and code == 1):
            await self._note_exit()
        return code

    async def close(self) -> None:
        """Whatever happens, nothing is left running."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await asyncio.gather(*self._readers)

    async def _begin(self, orders: Orders) -> None:
        assert self._process is None or self._process.returncode is not None
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.victim"),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                **self._environment,
                **orders.as_environment(),
            },
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._process = process
        await asyncio.gather(*self._readers)
        self._has_begun.clear()
        self._readers = [
            asyncio.create_task(self._listen(process)),
            asyncio.create_task(self._read(process)),
        ]
        self.begun += 1

    async def _began(self) -> None:
        """Until it is about to work, or dead."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEGIN_SECONDS):
                await self._has_begun.wait()

    async def _came_to_its_end(self, life: Life, random: Random) -> bool:
        """False when it did not pass the point where it should have died."""
        assert self._process is not None
        if life.point is not None:
            if not await self._ended_within(self._named_seconds):
                await self._kill("random")
                return False
            if self._process.returncode != _KILLED:
                await self._note_exit()
                return False
            self.kills[life.point] += 1
            return True
        await self._ended_within(life.seconds)
        match life.end:
            case "term" | "term2":
                await self.end(twice=life.end == "term2")
            case "stop":
                await self._pause(random.choice((0.2, 1.0, 2.5)))
                await self._ended_within(0.5)
                await self._kill("random")
            case _:
                await self._kill("random")
        return True

    async def _pause(self, seconds: float) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self.kills["stop"] += 1
            self._process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self._process.send_signal(signal.SIGCONT)

    async def _kill(self, kind: str) -> None:
        process = self._process
        assert process is not None
        if process.returncode is not None:
            await self._note_exit()
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        self.kills[kind] += 1

    async def _note_exit(self) -> None:
        """It ended though nobody wanted it to."""
        assert self._process is not None
        await asyncio.gather(*self._readers)
        last = self.log[-1].strip()[:200] if self.log else ""
        self.exits[f"code {self._process.returncode}: {last}"] += 1

    async def _ended_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.decode().strip() == RECORDED:
                self.recorded.set()
            self._has_begun.set()
        self._has_begun.set()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.log.append(line.decode(errors="replace"))
            del self.log[:-_LOG_LINES]
