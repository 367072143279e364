"""The real process: how soon it is ready, and how much memory it holds after many commands."""

import asyncio
import signal
import sys
import time
from pathlib import Path

from bot.sandbox.slack import LocalSlack
from tests.benchmarks.figures import Figure, p50
from tests.running import program, stage

LIBRARIES = (
    "slack_bolt.async_app, slack_bolt.adapter.socket_mode.aiohttp, slack_bolt.adapter.aiohttp, "
    "slack_sdk.webhook.async_client, aiohttp.web, httpx, pydantic_settings, dotenv, click, regex"
)
STARTS = 7
COMMANDS = 1000
TYPED = ("", "failed", "completed 20", "type:compare since:7d", "help", "status", "runing")


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
    """Started and imported in turn, so that a slower moment of the machine is shared."""
    starts, imports = [], []
    async with stage() as scene:
        for _ in range(STARTS):
            imports.append(await seconds_to_import())
            start = time.perf_counter()
            async with program("run", environment=scene.environment) as bot:
                await bot.logged("ready")
                starts.append(time.perf_counter() - start)
                bot.send(signal.SIGTERM)
                assert await bot.exit_code() == 0
        async with program("run", environment=scene.environment) as bot:
            await bot.logged("ready")
            pid = bot.process.pid
            after = [await _resident_after(pid, scene.slack, COMMANDS // 2) for _ in range(2)]
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
