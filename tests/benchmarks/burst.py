"""Two hundred people ask the same at once: one call to Together, and everybody acknowledged."""

import asyncio
import time

from bot.adapters.clock import SystemClock
from bot.adapters.slack_http import SlackHttp
from bot.adapters.together import TogetherClient
from bot.sandbox.together import LocalTogether, World, believable_jobs
from tests.benchmarks.ack import SECRET, signed
from tests.benchmarks.figures import Figure, p99
from tests.front import front

PEOPLE = 200


async def measure() -> list[Figure]:
    """Over a real socket to the local Together, through signed dispatch."""
    clock = SystemClock()
    jobs = believable_jobs(seed=1, now=clock.now())
    async with LocalTogether(World(jobs), api_key="key") as together:
        client = TogetherClient(base_url=together.base_url, api_key="key", clock=clock)
        async with front(evaluations=client) as bot:
            http = SlackHttp(bot.bot.slack_app, signing_secret=SECRET, clock=clock)
            await http.take(*signed("completed"))  # the first of a process is slower
            await bot.bot.work.drain(timeout_seconds=10)
            before = len(together.requests)
            requests = [signed("") for _ in range(PEOPLE)]

            async def ask(body: bytes, headers: dict[str, str]) -> float:
                start = time.perf_counter()
                response = await http.take(body, headers)
                assert response.status == 200
                return (time.perf_counter() - start) * 1000

            acks = await asyncio.gather(*(ask(*request) for request in requests))
            await bot.bot.work.drain(timeout_seconds=10)
            answered = len(bot.replies.sent) - 1
            assert answered == PEOPLE
        await client.aclose()
    return [
        Figure(
            name=f"calls to Together for {PEOPLE} identical commands at once",
            value=len(together.requests) - before,
            unit="",
            at_most=1,
        ),
        Figure(name=f"ack of {PEOPLE} at once, p99", value=p99(acks), unit="ms", at_most=100),
    ]
