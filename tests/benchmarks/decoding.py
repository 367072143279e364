"""Decoding Together's list, beside the official SDK on the same bytes, and drawing it."""

import json
from datetime import UTC, datetime

import httpx
from together import Together

from bot.adapters.together_jobs import read_jobs
from bot.domain.commands import ListJobs
from bot.domain.jobs import JobList
from bot.domain.selection import PAGE_SIZE, select
from bot.rendering.lists import job_list
from bot.sandbox.together import believable_jobs
from tests.benchmarks.figures import Figure, milliseconds, p50

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RUNS = 30


def body_of(count: int) -> bytes:
    """A list of that many jobs, each with prompts as long as people write them."""
    jobs = believable_jobs(seed=1, now=NOW, count=count)
    for job in jobs:
        job["parameters"]["judge"]["system_template"] *= 20
    return json.dumps(jobs).encode()


def decode_and_draw(body: bytes) -> None:
    """A hundred jobs, decoded and drawn in messages of ten."""
    jobs = read_jobs(body).jobs
    for start in range(0, len(jobs), PAGE_SIZE):
        ten = JobList(jobs=jobs[start : start + PAGE_SIZE])
        page = select(ListJobs(), [ten], page=1, now=NOW)
        job_list(page, ListJobs(), fetched_at=NOW)


async def measure() -> list[Figure]:
    """Ours and the SDK's in turn, so that a slower moment of the machine is shared."""
    thousand, hundred = body_of(1000), body_of(100)
    headers = {"content-type": "application/json"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, content=thousand, headers=headers)
    )
    client = httpx.Client(transport=transport)
    sdk = Together(api_key="made-up", http_client=client, max_retries=0)
    assert len(sdk.evals.list()) == len(read_jobs(thousand).jobs)
    theirs, own = [], []
    for _ in range(RUNS):
        theirs += milliseconds(sdk.evals.list, runs=1, warm_up=0)
        own += milliseconds(lambda: read_jobs(thousand), runs=1, warm_up=0)
    both = p50(milliseconds(lambda: decode_and_draw(hundred), runs=RUNS))
    decoding = p50(milliseconds(lambda: read_jobs(hundred), runs=RUNS))
    return [
        Figure(
            name="decoding 1,000 jobs, the SDK's time over ours",
            value=p50(theirs) / p50(own),
            unit="x",
            at_least=8,
            beside=f"{p50(theirs):.1f} ms beside {p50(own):.1f} ms, {len(thousand) / 1e6:.1f} MB",
        ),
        Figure(
            name="decoding 100 jobs and drawing them, ten a message, p50",
            value=both,
            unit="ms",
            at_most=5,
            beside=f"{decoding:.2f} ms of it decoding",
        ),
    ]
