"""A poll's transaction on SQLite, with few known jobs and with many."""

import json
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.store import SqlStore
from bot.adapters.together_jobs import read_jobs
from bot.domain.jobs import EvaluationJob
from bot.domain.seen import SeenJob
from bot.ports import Changes
from bot.sandbox.together import believable_jobs
from tests.benchmarks.figures import Figure, milliseconds_of, p50
from tests.fakes import NOON
from tests.stores import sqlite_store

FEW, MANY = 100, 100_000
RUNS = 60
LONG_AGO = NOON - timedelta(days=30)


async def measure() -> list[Figure]:
    """Both in turn, so that a slower moment of the machine is shared."""
    body = json.dumps(believable_jobs(seed=1, now=NOON, count=100)).encode()
    jobs = read_jobs(body).jobs
    taken: dict[int, list[float]] = {FEW: [], MANY: []}
    async with AsyncExitStack() as stack:
        stores = {}
        for known in taken:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stores[known] = await stack.enter_async_context(sqlite_store(folder, SystemClock()))
            await _fill(stores[known], jobs, known=known)
        for _ in range(RUNS):
            for known, store in stores.items():
                seen = [_ended(jobs, number * (known // 100)) for number in range(100)]
                taken[known] += await milliseconds_of(
                    lambda store=store, seen=seen: _record(store, seen),  # type: ignore[misc]
                    runs=1,
                    warm_up=0,
                )
    few, many = p50(taken[FEW]), p50(taken[MANY])
    return [
        Figure(
            name=f"a poll's transaction over 100 jobs, {MANY:,} known over {FEW} known",
            value=many / few,
            unit="x",
            at_most=1.5,
            beside=f"{many:.1f} ms beside {few:.1f} ms, all 100 jobs written anew",
        )
    ]


async def _record(store: SqlStore, seen: Sequence[SeenJob]) -> None:
    await store.record(
        [one.id for one in seen],
        lambda _: Changes(seen=seen),
        recheck_since=NOON - timedelta(minutes=5),
        now=NOON,
    )


async def _fill(store: SqlStore, jobs: Sequence[EvaluationJob], *, known: int) -> None:
    for start in range(0, known, 1000):
        await _record(store, [_ended(jobs, n) for n in range(start, min(start + 1000, known))])


def _ended(jobs: Sequence[EvaluationJob], number: int) -> SeenJob:
    job = replace(jobs[number % len(jobs)], id=f"eval-{number:06}")
    return SeenJob(job=job, first_seen_at=LONG_AGO, last_seen_at=NOON, ended_at=LONG_AGO)
