"""What can go wrong at the local Together, each by a name and a switch.

Some faults take the place of the answer, some only change the jobs that it tells of:

| name | what a client meets |
|---|---|
| ``refuse`` | the connection is reset before any answer |
| ``timeout`` | no answer, for as long as the client waits |
| ``drip`` | an answer that comes a byte at a time and never ends |
| ``slow`` | the right answer, after ``seconds`` or once ``Faults.release`` is called |
| ``429`` | too many requests; ``retry_after`` goes into the header |
| ``5xx`` | ``status`` (503) with an error object, and ``retry_after`` if there is one |
| ``bad_key`` | ``status`` (401) whatever the key |
| ``html`` | a web page with ``status`` (200) |
| ``bad_json`` | an answer that breaks off in the middle, though HTTP says that it is whole |
| ``not_a_list`` | an object where a list belongs, a list where an object belongs |
| ``bomb`` | a small gzip body that inflates to 16 MB |
| ``oversize`` | a plain body of 9 MB |
| ``redirect`` | ``status`` (302) to another path of this server |
| ``shuffle`` | another order at every request |
| ``cap`` | at most ``rows`` (5) jobs, whatever the limit |
| ``empty`` | an empty list, and 404 for one job |
| ``regress`` | jobs that had ended are running again; ``ids`` narrows it down |
| ``vanish`` | jobs (every other one, or ``ids``) leave the list; asked for by id they are there |
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, get_args

from bot.sandbox.together.jobs import WireJob

FaultName = Literal[
    "refuse",
    "timeout",
    "drip",
    "slow",
    "429",
    "5xx",
    "bad_key",
    "html",
    "bad_json",
    "not_a_list",
    "bomb",
    "oversize",
    "redirect",
    "shuffle",
    "cap",
    "empty",
    "regress",
    "vanish",
]
FAULTS: tuple[FaultName, ...] = get_args(FaultName)
"""Every fault that can be switched on."""

_ENDED = frozenset({"completed", "error", "user_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that is on. Only the fields that its line in the table names mean anything.

    Attributes:
        times: for how many more requests; None until it is switched off.
        status: the HTTP status to answer with; None is the fault's own.
        retry_after: the header, in seconds or as an HTTP date.
        seconds: how long ``slow`` takes; None until ``Faults.release``.
        rows: how many jobs ``cap`` leaves.
        ids: the jobs that are meant; empty is the fault's own choice.
    """

    name: FaultName
    times: int | None = None
    status: int | None = None
    retry_after: str | None = None
    seconds: float | None = None
    rows: int = 5
    ids: frozenset[str] = frozenset()


Met = Mapping[FaultName, Fault]
"""The faults that one request meets."""


class Faults:
    """The switchboard. Faults of different names can be on together."""

    def __init__(self) -> None:
        self._on: dict[FaultName, Fault] = {}
        self._released = asyncio.Event()

    def on(
        self,
        name: FaultName,
        *,
        times: int | None = None,
        status: int | None = None,
        retry_after: str | None = None,
        seconds: float | None = None,
        rows: int = 5,
        ids: Collection[str] = (),
    ) -> None:
        """Switch a fault on, for the next ``times`` requests or until it is switched off.

        Raises:
            ValueError: there is no fault of that name.
        """
        if name not in FAULTS:
            raise ValueError(f"no such fault: {name}")
        if name == "slow":
            self._released.clear()
        self._on[name] = Fault(
            name=name,
            times=times,
            status=status,
            retry_after=retry_after,
            seconds=seconds,
            rows=rows,
            ids=frozenset(ids),
        )

    def off(self, name: FaultName | None = None) -> None:
        """Switch one fault off, or all of them."""
        if name is None:
            self._on.clear()
        else:
            self._on.pop(name, None)

    def release(self) -> None:
        """Let every request go on that ``slow`` holds back, and end that fault."""
        self.off("slow")
        self._released.set()

    def take(self) -> Met:
        """The faults that the request at hand meets; each counts it as one of its times."""
        met = dict(self._on)
        for name, fault in met.items():
            if fault.times is None:
                continue
            if fault.times > 1:
                self._on[name] = replace(fault, times=fault.times - 1)
            else:
                del self._on[name]
        return met

    async def hold(self, fault: Fault) -> None:
        """Take the time that a ``slow`` fault wants."""
        if fault.seconds is None:
            await self._released.wait()
        else:
            await asyncio.sleep(fault.seconds)


def bend(jobs: Sequence[WireJob], met: Met) -> list[WireJob]:
    """The jobs as ``empty`` and ``regress`` tell of them."""
    told = [] if "empty" in met else list(jobs)
    if fault := met.get("regress"):
        told = [_regressed(job) if _is_meant(job, fault) else job for job in told]
    return told


def thin_out(jobs: Sequence[WireJob], met: Met) -> list[WireJob]:
    """The jobs that ``vanish`` leaves to be listed."""
    if (fault := met.get("vanish")) is None:
        return list(jobs)
    return [job for job in jobs if not _is_meant(job, fault)] if fault.ids else list(jobs[::2])


def arrange(rows: Sequence[WireJob], met: Met) -> list[WireJob]:
    """The rows of an answer as ``cap`` and ``shuffle`` leave them."""
    left = list(rows)
    if fault := met.get("cap"):
        del left[fault.rows :]
    if "shuffle" in met:
        Random().shuffle(left)  # noqa: S311 - any order will do
    return left


def _is_meant(job: WireJob, fault: Fault) -> bool:
    return not fault.ids or job["workflow_id"] in fault.ids


def _regressed(job: WireJob) -> WireJob:
    return {**job, "status": "running"} if job.get("status") in _ENDED else job
