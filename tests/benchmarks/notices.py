"""Polling and delivery: what a poll costs, how fast an outbox drains, how soon a channel knows."""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from bot.adapters.clock import SystemClock
from bot.adapters.notifier import SlackNotifier
from bot.adapters.slack import web_client
from bot.adapters.store import SqlStore, open_store
from bot.adapters.together_jobs import read_jobs
from bot.domain.jobs import EvaluationJob
from bot.domain.outbox import Kind, NewRow, row_key
from bot.domain.pace import Pace
from bot.domain.seen import SeenJob
from bot.domain.verdicts import InDoubt
from bot.ports import Changes
from bot.sandbox.slack import (
    BOT_USER_ID,
    Channel,
    InstalledApp,
    LocalSlack,
    default_workspace,
)
from bot.sandbox.together import classify_job, classify_results
from bot.scopes import OPTIONAL_SCOPES, SCOPES
from bot.services.delivery import Delivery
from bot.services.polling import Poller
from tests.benchmarks.decoding import body_of
from tests.benchmarks.figures import Figure, milliseconds_of, p50
from tests.benchmarks.process import resident_mb
from tests.fakes import FakeEvaluations
from tests.running import program, stage

KNOWN = 10_000
POLLS = 10_000
CHANNELS = 200
EACH = 5
INTERVAL_SECONDS = 2.0
CLOCK = SystemClock()


@asynccontextmanager
async def store() -> AsyncIterator[SqlStore]:
    with tempfile.TemporaryDirectory() as folder:
        opened = await open_store(f"sqlite:///{folder}/bench.db", clock=CLOCK)
        try:
            yield opened
        finally:
            await opened.aclose()


def hundred() -> list[EvaluationJob]:
    return list(read_jobs(body_of(100)).jobs)


async def know(memory: SqlStore, count: int) -> None:
    """Let the store have seen that many jobs."""
    now = CLOCK.now()
    pattern = hundred()
    jobs = [replace(pattern[n % 100], id=f"eval-old-{n}") for n in range(count)]
    for start in range(0, count, 1000):
        seen = [
            SeenJob(job=job, first_seen_at=now, last_seen_at=now, ended_at=now, silent=True)
            for job in jobs[start : start + 1000]
        ]
        await memory.record(
            [s.id for s in seen],
            lambda _, seen=seen: Changes(seen=seen),
            recheck_since=now,
            now=now,
        )


async def polling() -> list[Figure]:
    async with store() as memory:
        poller = Poller(FakeEvaluations(jobs=hundred()), memory, CLOCK)
        await know(memory, KNOWN)
        await poller.poll_once(CLOCK.now())
        taken = await milliseconds_of(lambda: poller.poll_once(CLOCK.now()), runs=50)
        await _poll(poller, POLLS // 10)
        before = _resident()
        await _poll(poller, POLLS)
        growth = _resident() - before
    return [
        Figure(
            name=f"a poll of 100 jobs with {KNOWN:,} known ones, p50",
            value=p50(taken),
            unit="ms",
            at_most=50,
        ),
        Figure(name=f"growth over {POLLS:,} polls", value=growth, unit="MB", at_most=5),
    ]


async def _poll(poller: Poller, times: int) -> None:
    for _ in range(times):
        await poller.poll_once(CLOCK.now())


def _resident() -> float:
    gc.collect()
    return resident_mb(os.getpid())


async def draining() -> list[Figure]:
    """Over a real socket to the strict Slack, which refuses more than one a second."""
    workspace = default_workspace()
    names = [f"C0BENCH{number:03}" for number in range(CHANNELS)]
    for name in names:
        members = frozenset({BOT_USER_ID, "U0MEMBER"})
        workspace.channels[name] = Channel(id=name, name=name.lower(), members=members)
    app = InstalledApp(scopes=frozenset(SCOPES | OPTIONAL_SCOPES))
    async with LocalSlack(app, workspace=workspace) as slack, store() as memory:
        pace = Pace()
        client = web_client(app.bot_token, api_url=slack.api_url)
        notifier = SlackNotifier(client, deadline_seconds=pace.deadline)
        delivery = Delivery(memory, notifier, CLOCK, pace, InDoubt.REPEAT)
        now = CLOCK.now()
        await memory.enqueue(
            [_sample(name, n, now) for n in range(EACH) for name in names], now=now
        )
        stop = asyncio.Event()
        start = time.perf_counter()
        running = asyncio.create_task(delivery.run(stop))
        await slack.ledger.wait("chat.postMessage", count=CHANNELS * EACH, timeout=60)
        taken = time.perf_counter() - start
        stop.set()
        await running
    least = (EACH - 1) * pace.gap
    return [
        Figure(
            name=f"{CHANNELS * EACH:,} notices over {CHANNELS} channels, over what Slack allows",
            value=taken / least,
            unit="x",
            at_most=1.2,
            beside=f"{taken:.2f} s beside {least:.0f} s",
        )
    ]


def _sample(channel: str, number: int, now: datetime) -> NewRow:
    key = row_key(Kind.SAMPLE, str(number), epoch=0, channel=channel)
    return NewRow(key=key, kind=Kind.SAMPLE, channel=channel, subject=str(number), due_at=now)


async def arriving() -> list[Figure]:
    """From the end of a job at Together to the message in Slack, by the real process."""
    waits = []
    async with stage() as scene:
        environment = scene.environment | {"EVALS_POLL_SECONDS": str(INTERVAL_SECONDS)}
        async with program("run", environment=environment) as bot:
            await scene.begins(bot)
            await (await scene.slack.command("watch")).answer()
            for number in range(8):
                job_id = f"eval-new-{number}"
                now = datetime.now(UTC)
                scene.together.world.start(classify_job(workflow_id=job_id), at=now)
                await scene.together.until_asked(len(scene.together.requests) + 1)
                start = time.perf_counter()
                scene.together.world.finish(job_id, classify_results(), at=datetime.now(UTC))
                await scene.slack.ledger.wait("chat.postMessage", count=number + 1, timeout=30)
                waits.append(time.perf_counter() - start)
    return [
        Figure(
            name=f"from a job's end to its notice, polling every {INTERVAL_SECONDS:g} s, longest",
            value=max(waits),
            unit="s",
            at_most=INTERVAL_SECONDS + 2,
            beside=f"median {p50(waits):.2f} s",
        )
    ]


async def measure() -> list[Figure]:
    """Each by itself."""
    return [*await polling(), *await draining(), *await arriving()]
