"""What the local Together knows: jobs, their result files, and how each job moved on.

No socket and no clock: every change is told when it happens, so a timeline can be replayed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal

from bot.sandbox.together.jobs import WireJob, timestamp
from bot.sandbox.together.result_rows import result_rows

Order = Literal["shuffled", "newest"]
"""``shuffled``: the newest jobs, in a seeded order of no meaning. ``newest``: newest first."""

STATUSES = frozenset({"pending", "queued", "running", "completed", "error", "user_error"})
Failure = Literal["error", "user_error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One job took one status: the truth against which a client's notices can be checked."""

    at: datetime
    workflow_id: str
    status: str


class World:
    """The jobs by id, and everything that happened to them since the world began."""

    def __init__(self, jobs: Iterable[WireJob] = ()) -> None:
        self._jobs: dict[str, WireJob] = {}
        self._files: dict[str, list[WireJob]] = {}
        self.timeline: list[Moved] = []
        for job in jobs:
            self._jobs[job["workflow_id"]] = deepcopy(job)

    def jobs(self) -> list[WireJob]:
        """Copies of all jobs, in the order in which they were added."""
        return deepcopy(list(self._jobs.values()))

    def job(self, workflow_id: str) -> WireJob | None:
        """A copy of one job, or None."""
        return deepcopy(self._jobs.get(workflow_id))

    def start(self, job: WireJob, *, at: datetime, status: str = "running") -> None:
        """Add a job that was created just now and has found nothing yet."""
        fresh = {**deepcopy(job), "created_at": timestamp(at), "results": None}
        self._jobs[fresh["workflow_id"]] = fresh
        self._move(fresh, status, at)

    def move(self, workflow_id: str, status: str, *, at: datetime) -> None:
        """Give a job another status and leave its results alone.

        Raises:
            KeyError: there is no such job.
        """
        self._move(self._jobs[workflow_id], status, at)

    def finish(self, workflow_id: str, results: Mapping[str, Any], *, at: datetime) -> None:
        """Complete a job.

        Raises:
            KeyError: there is no such job.
        """
        job = self._jobs[workflow_id]
        job["results"] = deepcopy(dict(results))
        self._move(job, "completed", at)

    def fail(self, workflow_id: str, kind: Failure, error: str, *, at: datetime) -> None:
        """Fail a job: ``error`` is Together's fault, ``user_error`` the data's or the settings'.

        Raises:
            KeyError: there is no such job.
        """
        job = self._jobs[workflow_id]
        job["results"] = {"error": error}
        self._move(job, kind, at)

    def put_file(self, file_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Store a file. Result files that nobody stores are made from their job's results."""
        self._files[file_id] = [deepcopy(dict(row)) for row in rows]

    def file(self, file_id: str) -> list[WireJob] | None:
        """The rows of a file, or None when no job and nobody else knows it."""
        if file_id in self._files:
            return deepcopy(self._files[file_id])
        for job in self._jobs.values():
            if (job.get("results") or {}).get("result_file_id") == file_id:
                return result_rows(job)
        return None

    def _move(self, job: WireJob, status: str, at: datetime) -> None:
        job["status"] = status
        job["updated_at"] = timestamp(at)
        if "status_updates" in job:
            step = {"status": status, "message": f"Job is {status}", "timestamp": timestamp(at)}
            job["status_updates"].append(step)
        self.timeline.append(Moved(at=at, workflow_id=job["workflow_id"], status=status))


def select(
    jobs: Sequence[WireJob], *, status: str | None, limit: int, order: Order, seed: int
) -> list[WireJob]:
    """Answer a list question.

    That the newest ``limit`` jobs are meant is a guess: Together documents neither which jobs a
    short list holds nor their order.
    """
    matching = [job for job in jobs if status is None or job.get("status") == status]
    newest = sorted(matching, key=lambda job: str(job.get("created_at", "")), reverse=True)[:limit]
    return newest if order == "newest" else sorted(newest, key=_meaningless(seed))


def _meaningless(seed: int) -> Callable[[WireJob], float]:
    """A sort key that is the same for the same job and seed, whoever asks and whenever."""
    return lambda job: Random(f"{seed}:{job.get('workflow_id')}").random()  # noqa: S311 - no secret
