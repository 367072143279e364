"""The real program as a process of its own, between the local Slack and the local Together."""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.sandbox.slack import InstalledApp, LocalSlack
from bot.sandbox.together import LocalTogether, World, believable_jobs
from bot.scopes import OPTIONAL_SCOPES, SCOPES

ROOT = Path(__file__).parent.parent
KEY = "made-up-key"
PATIENCE_SECONDS = 30.0
"""Until a test gives up on the process. Nothing waits for it when all is well."""

_PATIENCE_AT_THE_END_SECONDS = 5.0


@dataclass
class Program:
    """A started program, and what it logged so far."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Keep the log, line by line, until the program ends."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode())
            self._news.set()
        self._news.set()

    async def logged(self, message: str) -> dict[str, Any]:
        """The first log line with this message, once it is there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for line in self.log:
                    if line.startswith("{") and json.loads(line)["message"] == message:
                        return json.loads(line)
                if self.process.returncode is not None:
                    raise AssertionError("".join(self.log))
                self._news.clear()
                await self._news.wait()

    async def exit_code(self) -> int:
        """Wait for the end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)


@asynccontextmanager
async def program(
    *arguments: str, environment: Mapping[str, str], folder: Path = ROOT / "tests"
) -> AsyncIterator[Program]:
    """``evals-bot …`` with these settings and no others; told to stop at the end, then killed."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=_environment(environment),
        cwd=folder,  # by default one without .env and evals.toml
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Program(started)
    following = asyncio.create_task(running.follow())
    try:
        yield running
    finally:
        if started.returncode is None:
            started.terminate()
        try:
            async with asyncio.timeout(_PATIENCE_AT_THE_END_SECONDS):
                await started.wait()
        except TimeoutError:
            started.kill()
        await following


async def output_of(
    *arguments: str,
    environment: Mapping[str, str],
    typed: str = "",
    folder: Path = ROOT / "tests",
) -> tuple[int, str, str]:
    """Run ``evals-bot …`` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=_environment(environment),
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate(typed.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings alone, and what makes the process count towards coverage."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **measured, **settings}


def free_port() -> int:
    """A port that nobody listens on, for as long as that lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stage:
    """Both stand-ins, and the settings that lead a program to them."""

    slack: LocalSlack
    together: LocalTogether
    environment: dict[str, str]

    async def begins(self, bot: Program) -> None:
        """Wait until the program is ready and its first poll is over; forget that it asked."""
        await bot.logged("ready")
        await bot.logged("first poll done")
        self.together.requests.clear()

    @property
    def health_url(self) -> str:
        """Where ``/healthz`` and ``/readyz`` are."""
        return f"http://127.0.0.1:{self.environment['HEALTH_PORT']}"


@asynccontextmanager
async def stage(*, http: bool = False, readable: bool = True) -> AsyncIterator[Stage]:
    """A workspace and a team's weeks of evaluation jobs; over HTTP or over a socket.

    ``readable``: the app was given the scopes to read its own messages back.
    """
    app = InstalledApp(scopes=frozenset(SCOPES | (OPTIONAL_SCOPES if readable else {})))
    settings = {"PORT": str(free_port()), "SLACK_SIGNING_SECRET": app.signing_secret}
    if http:
        address = f"http://127.0.0.1:{settings['PORT']}/slack/events"
        app = replace(app, request_url=address)
    else:
        settings = {"SLACK_APP_TOKEN": app.app_token}
    jobs = believable_jobs(seed=1, now=datetime.now(UTC))
    async with (
        LocalTogether(World(jobs), api_key=KEY) as together,
        LocalSlack(app) as slack,
    ):
        with tempfile.TemporaryDirectory() as folder:
            yield Stage(slack, together, _settings(app, slack, together, folder) | settings)


def _settings(
    app: InstalledApp, slack: LocalSlack, together: LocalTogether, folder: str
) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_API_URL": slack.api_url,
        "TOGETHER_API_KEY": KEY,
        "TOGETHER_BASE_URL": together.base_url,
        "DATABASE_URL": f"sqlite:///{folder}/evals-bot.db",
        "EVALS_POLL_SECONDS": "3600",  # the first poll and no other, unless a test says so
        "HEALTH_PORT": str(free_port()),
        "LOG_FORMAT": "json",
    }
