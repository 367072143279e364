"""``evals-bot demo``: the real bot between a local Slack and a local Together, in a terminal."""

import asyncio
import contextlib
import logging
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import click
from pydantic import SecretStr

from bot.logs import set_up_logging
from bot.rendering.problems import STILL_ASKING
from bot.running import serving
from bot.sandbox.slack import (
    Control,
    InstalledApp,
    Interaction,
    LocalSlack,
    Look,
    Message,
    Refused,
    render,
)
from bot.sandbox.together import (
    LocalTogether,
    WireJob,
    World,
    believable_jobs,
    classify_results,
    compare_results,
    score_results,
)
from bot.scopes import OPTIONAL_SCOPES, SCOPES
from bot.settings import LogFormat, Settings
from handlers.commands import COMMAND

_KEY = "local-key"
_PROMPT = "> "
_GREETING = """\
evals-bot, with a local Slack and a local Together that has {jobs} evaluation jobs.
Type {command}, {command} failed, {command} type:compare since:7d, {command} help …
A number presses a button of the last message. To see a notice, type {command} watch, then finish
or fail: it ends a running job, and the channel hears of it. q ends the demo."""
_HOW = f"Type a command, such as {COMMAND} failed, or the number of a button; finish, fail or q."
_FOUND: dict[str, Callable[[], WireJob]] = {
    "classify": classify_results,
    "score": score_results,
    "compare": compare_results,
}


async def run_demo(*, seed: int) -> None:
    """Answer typed lines until ``q``, the end of input, or Ctrl-C."""
    set_up_logging(logging.getLevelName(logging.WARNING), LogFormat.TEXT)
    jobs = believable_jobs(seed=seed, now=datetime.now(UTC))
    app = InstalledApp(scopes=frozenset(SCOPES | OPTIONAL_SCOPES))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        together = await stack.enter_async_context(
            LocalTogether(World(jobs), api_key=_KEY, seed=seed)
        )
        slack = await stack.enter_async_context(LocalSlack(app, seed=seed))
        await stack.enter_async_context(serving(_settings(slack, together, folder)))
        await slack.connected()
        click.echo(_GREETING.format(jobs=len(jobs), command=COMMAND))
        terminal = _Terminal(slack, together.world)
        stack.callback(asyncio.ensure_future(terminal.listen()).cancel)
        await terminal.converse()


def _settings(slack: LocalSlack, together: LocalTogether, folder: str) -> Settings:
    """Settings of the demo alone: what is in ``.env`` is for the real Slack."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
        slack_bot_token=SecretStr(slack.app.bot_token),
        slack_app_token=SecretStr(slack.app.app_token),
        slack_api_url=slack.api_url,
        together_api_key=SecretStr(_KEY),
        together_base_url=together.base_url,
        database_url=SecretStr(f"sqlite:///{folder}/evals-bot.db"),
        evals_poll_seconds=2,
        health_port=0,
    )


class _Terminal:
    """One person at a keyboard. The numbers are those of the last message."""

    def __init__(self, slack: LocalSlack, world: World) -> None:
        self._slack = slack
        self._world = world
        self._message: Message | None = None
        self._controls: tuple[Control, ...] = ()

    async def converse(self) -> None:
        while (line := await _ask()) is not None:
            typed = line.strip()
            if typed in {"q", "quit", "exit"}:
                return
            if typed in {"finish", "fail"}:
                self._end_a_job(failed=typed == "fail")
                continue
            interaction = await self._do(typed)
            if interaction is not None:
                await self._answer(interaction)

    async def listen(self) -> None:
        """Show what the bot posts unasked, as it comes."""
        shown = 0
        while True:
            posts = await self._slack.ledger.wait("chat.postMessage", count=shown + 1, timeout=1e9)
            for post in posts[shown:]:
                if post.message is not None:
                    channel = self._slack.workspace.channels[post.message.channel]
                    click.echo(f"\n  in #{channel.name}:")
                    self._show(post.message)
            shown = len(posts)

    def _end_a_job(self, *, failed: bool) -> None:
        """The next running job ends; the bot finds out by itself."""
        running = [job for job in self._world.jobs() if job["status"] == "running"]
        if not running:
            click.echo("No job is running any more.")
            return
        job, now = running[0], datetime.now(UTC)
        if failed:
            self._world.fail(job["workflow_id"], "error", "judge endpoint unavailable", at=now)
        else:
            self._world.finish(job["workflow_id"], _FOUND[job["type"]](), at=now)
        click.echo(f"At Together, {job['workflow_id']} has ended.")

    async def _do(self, typed: str) -> Interaction | None:
        command, _, text = typed.partition(" ")
        if command == COMMAND:
            return await self._slack.command(text)
        for control in self._controls:
            if typed == str(control.number) and self._message is not None:
                return await self._press(control, self._message)
        if typed:
            click.echo(_HOW)
        return None

    async def _press(self, control: Control, message: Message) -> Interaction | None:
        if control.option is not None:
            return await self._slack.choose(
                message, control.action_id, control.option, block_id=control.block_id
            )
        if control.url is not None:
            click.echo(f"Slack would open {control.url}")
        pressed = await self._slack.press(message, control.action_id, block_id=control.block_id)
        return None if control.url is not None else pressed

    async def _answer(self, interaction: Interaction) -> None:
        if interaction.problem is not None:
            click.echo(f"Slack says: {interaction.problem}")
            return
        count = 1
        message = await interaction.answer(count, timeout=60)
        while message.text == STILL_ASKING.text:
            click.echo(message.text)
            count += 1
            message = await interaction.answer(count, timeout=60)
        self._show(message)
        for refused in interaction.refusals:
            click.echo(f"Slack refused: {_refusal(refused)}")

    def _show(self, message: Message) -> None:
        """Draw a message; its numbers are the ones to press now."""
        look = Look(
            zone=datetime.now().astimezone().tzinfo or UTC,
            now=datetime.now(UTC),
            ansi=sys.stdout.isatty(),
        )
        rendering = render(message, look)
        self._message, self._controls = message, rendering.controls
        click.echo()
        for shown in rendering.lines:
            click.echo(f"  {shown}")
        click.echo()


def _refusal(refused: Refused) -> str:
    return f"{refused.error} {'; '.join(map(str, refused.problems))}"


async def _ask() -> str | None:
    """One typed line, None at the end. A thread waits, so that Ctrl-C need not."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def tell(line: str | None) -> None:
        if not answer.done():
            answer.set_result(line)

    def wait() -> None:
        try:
            line = input(_PROMPT)
        except EOFError:
            line = None
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(tell, line)

    threading.Thread(target=wait, daemon=True).start()
    line = await answer
    if line is None or not sys.stdin.isatty():
        click.echo(line or "")
    return line
