"""The real process: how soon it is ready, and how much memory it holds after many commands."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.slack import InstalledApp, LocalSlack
from bot.sandbox.together import LocalTogether, World, believable_jobs
from bot.scopes import SCOPES
from tests.benchmarks.figures import Figure, p50

LIBRARIES = (
    "slack_bolt.async_app, slack_bolt.adapter.socket_mode.aiohttp, slack_bolt.adapter.aiohttp, "
    "slack_sdk.webhook.async_client, aiohttp.web, httpx, pydantic_settings, dotenv, click, regex"
)
STARTS = 7
COMMANDS = 1000
TYPED = ("", "failed", "completed 20", "type:compare since:7d", "help", "status", "runing")


@asynccontextmanager
async def running(
    slack: LocalSlack, together: LocalTogether
) -> AsyncIterator[asyncio.subprocess.Process]:
    """``evals-bot run`` from the moment it is started until it has stopped."""
    environment = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": slack.app.bot_token,
        "SLACK_APP_TOKEN": slack.app.app_token,
        "SLACK_API_URL": slack.api_url,
        "TOGETHER_API_KEY": "key",
        "TOGETHER_BASE_URL": together.base_url,
        "HEALTH_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        assert await process.wait() == 0


async def until_ready(process: asyncio.subprocess.Process) -> None:
    """Wait for the log line; the rest of the log is read and thrown away."""
    assert process.stderr is not None
    while b'"ready"' not in (line := await process.stderr.readline()):
        assert line, "the process ended before it was ready"
    asyncio.get_running_loop().create_task(process.stderr.read())


async def seconds_to_import() -> float:
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", f"import {LIBRARIES}")
    assert await process.wait() == 0
    return time.perf_counter() - start


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def measure() -> list[Figure]:
    jobs = believable_jobs(seed=1, now=datetime.now(UTC))
    starts, imports = [], []
    async with (
        LocalTogether(World(jobs), api_key="key") as together,
        LocalSlack(InstalledApp(scopes=frozenset(SCOPES))) as slack,
    ):
        for _ in range(STARTS):
            imports.append(await seconds_to_import())
            start = time.perf_counter()
            async with running(slack, together) as process:
                await until_ready(process)
                starts.append(time.perf_counter() - start)
        async with running(slack, together) as process:
            await until_ready(process)
            after = [await _resident_after(process.pid, slack, COMMANDS // 2) for _ in range(2)]
    return [
        Figure(
            name="run to ready, over the imports of its libraries",
            value=p50(starts) / p50(imports),
            unit="x",
            at_most=2,
            beside=f"{p50(starts):.2f} s beside {p50(imports):.2f} s",
        ),
        Figure(
            name=f"resident memory after {COMMANDS} commands",
            value=after[1],
            unit="MB",
            at_most=120,
        ),
        Figure(
            name=f"its growth over the second {COMMANDS // 2}",
            value=after[1] - after[0],
            unit="MB",
            at_most=2,
        ),
    ]


async def _resident_after(pid: int, slack: LocalSlack, commands: int) -> float:
    for number in range(commands):
        interaction = await slack.command(TYPED[number % len(TYPED)])
        await interaction.answer()
    return resident_mb(pid)
