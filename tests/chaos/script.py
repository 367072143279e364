"""What happens at Together, written down beforehand from a seed: scenes of steps.

Every watched job belongs to one channel by its dataset. Some end at once, in bursts, so that they
start and end between two polls; some end scenes later, and some take their end back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

from bot.sandbox.together import (
    WireJob,
    World,
    classify_job,
    classify_results,
    compare_job,
    compare_results,
    score_job,
    score_results,
)

CHANNELS = ("C0ONE", "C0TWO", "C0THREE", "C0FOUR", "C0FIVE")
MENTIONING, STARTING, DOUBLE = CHANNELS[1], CHANNELS[2], CHANNELS[3]
"""Failures mention somebody; starts are told, too; two watches mean every job."""
MENTIONED = "U0MEMBER"

WATCH_FILE = f"""\
{
    "".join(
        f'''
[[watch]]
channel = "{channel}"
dataset = "file-{channel}-"
'''
        for channel in CHANNELS
        if channel not in (MENTIONING, STARTING)
    )
}
[[watch]]
channel = "{MENTIONING}"
dataset = "file-{MENTIONING}-"
notify = ["{MENTIONED}"]

[[watch]]
channel = "{STARTING}"
dataset = "file-{STARTING}-"
events = ["started", "completed", "failed"]

[[watch]]
channel = "{DOUBLE}"
dataset = "file-{DOUBLE}"
"""
"""``evals.toml`` of every victim."""

End = Literal["completed", "error", "user_error"]

_OLD_JOBS = 25
_RUNNING_AT_FIRST = 8
_UNWATCHED_SHARE = 0.05
_TRANSITIONS_PER_BURST = 60
_BURST = (12, 22)
_JOBS_IN_VIEW = 40
"""Ends are taken back before so many other jobs begin: later, no list of 100 jobs may show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One job starts (``job`` is given) or ends, or both. In a burst the next follows at once."""

    workflow_id: str
    job: WireJob | None = None
    end: End | None = None
    in_burst: bool = False

    def play(self, world: World) -> None:
        """Let it happen now."""
        now = datetime.now(UTC)
        if self.job is not None:
            world.start(self.job, at=now)
        if self.end == "completed":
            world.finish(self.workflow_id, _RESULTS[world_type(world, self.workflow_id)], at=now)
        elif self.end is not None:
            world.fail(self.workflow_id, self.end, "judge endpoint unavailable", at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole timeline.

    Attributes:
        before: jobs that Together knows when the bot first asks; some of them still run.
        scenes: what happens then, in order.
        channel_of: the one channel that watches a job; unwatched jobs are not in it.
        transitions: how many ends the watches have to tell of, at most.
    """

    before: Sequence[WireJob]
    scenes: Sequence[Sequence[Step]]
    channel_of: dict[str, str]
    transitions: int


_RESULTS = {
    "classify": classify_results(),
    "score": score_results(),
    "compare": compare_results(),
}
_MAKERS = (classify_job, score_job, compare_job)


def world_type(world: World, workflow_id: str) -> str:
    """A job's type, by which its results are shaped."""
    job = world.job(workflow_id)
    assert job is not None
    return str(job["type"])


def write_script(*, seed: int, transitions: int, scenes: int) -> Script:
    """Make the same timeline from the same seed: ``transitions`` watched ends over ``scenes``."""
    return _Writer(Random(seed), scenes, transitions).write()


class _Writer:
    def __init__(self, random: Random, scenes: int, transitions: int) -> None:
        self._random = random
        self._transitions = transitions
        self._scenes_in_view = _JOBS_IN_VIEW * scenes // transitions
        self._scenes: list[list[Step]] = [[] for _ in range(scenes)]
        self._number = 0
        self._channel_of: dict[str, str] = {}
        self._ends = 0

    def write(self) -> Script:
        before = [self._old_job() for _ in range(_OLD_JOBS)]
        for _ in range(min(_RUNNING_AT_FIRST, self._transitions)):
            job = self._new_job(self._random.choice(CHANNELS), status="running", took=timedelta(0))
            before.append(job)
            self._end_later(job, scene=0)
        for _ in range(self._transitions // _TRANSITIONS_PER_BURST):
            self._burst(self._random.randrange(len(self._scenes)))
        while self._ends < self._transitions:
            self._one(self._random.randrange(len(self._scenes)))
        return Script(
            before=before,
            scenes=self._scenes,
            channel_of=self._channel_of,
            transitions=self._ends,
        )

    def _burst(self, scene: int) -> None:
        """Started and ended in one moment; of one channel, so that they are grouped, or of all."""
        channels = self._random.choice((CHANNELS, [self._random.choice(CHANNELS)]))
        for _ in range(self._random.randint(*_BURST)):
            job = self._new_job(self._random.choice(channels))
            self._ends += 1
            self._scenes[scene].append(
                Step(workflow_id=job["workflow_id"], job=job, end=self._end(), in_burst=True)
            )

    def _one(self, scene: int) -> None:
        if self._random.random() < _UNWATCHED_SHARE:
            job = self._new_job(None)
            self._scenes[scene].append(
                Step(workflow_id=job["workflow_id"], job=job, end=self._end())
            )
            return
        job = self._new_job(self._random.choice(CHANNELS))
        if self._random.random() < 0.3:
            self._ends += 1
            self._scenes[scene].append(
                Step(workflow_id=job["workflow_id"], job=job, end=self._end())
            )
            return
        self._scenes[scene].append(Step(workflow_id=job["workflow_id"], job=job))
        self._end_later(job, scene=scene)

    def _end_later(self, job: WireJob, *, scene: int) -> None:
        """In this scene or a later one; a failure may be taken back later still."""
        last = len(self._scenes) - 1
        when = min(last, scene + self._random.choice((0, 1, 1, 2, 4)))
        end = self._end()
        self._scenes[when].append(Step(workflow_id=job["workflow_id"], end=end))
        self._ends += 1
        latest = min(last, scene + self._scenes_in_view)
        if end == "error" and when + 2 <= latest and self._random.random() < 0.5:
            later = self._random.randint(when + 2, latest)
            self._scenes[later].append(Step(workflow_id=job["workflow_id"], end="completed"))
            self._ends += 1

    def _end(self) -> End:
        return self._random.choices(("completed", "error", "user_error"), weights=(7, 2, 1))[0]

    def _new_job(self, channel: str | None, **more: Any) -> WireJob:
        self._number += 1
        workflow_id = f"eval-{self._random.getrandbits(24):06x}-{self._number}"
        if channel is not None:
            self._channel_of[workflow_id] = channel
        return self._random.choice(_MAKERS)(
            workflow_id=workflow_id,
            dataset=f"file-{channel}-{self._random.randrange(9)}",
            created_at=datetime.now(UTC),
            **more,
        )

    def _old_job(self) -> WireJob:
        """Ended before the bot first asked: nobody is told of it, whoever watches."""
        job = self._new_job(self._random.choice(CHANNELS))
        del self._channel_of[job["workflow_id"]]
        ago = timedelta(minutes=self._random.randint(5, 5000))
        return _MAKERS[self._random.randrange(3)](
            workflow_id=job["workflow_id"],
            status=self._end(),
            dataset=job["parameters"]["input_data_file_path"],
            created_at=datetime.now(UTC) - ago,
            took=timedelta(minutes=2),
        )
