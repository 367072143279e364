"""``evals-bot``: run, check, preview, demo, migrate, dead. Each loads only what it needs."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from bot import __version__
from bot.domain.errors import SettingsError, StoreError
from bot.logs import set_up_logging
from bot.settings import DatabaseSettings, LoggedSettings, Settings, TogetherSettings, read_settings

S = TypeVar("S", bound=LoggedSettings)

_WRONG_SETTING = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="evals-bot")
def main() -> None:
    """Evaluation jobs of Together AI, in Slack. Settings: environment or .env, see the README."""


@main.command()
def run() -> None:
    """Serve /evals until told to stop."""
    from bot.running import run as serve

    _with_settings(Settings, serve)


@main.command()
def check() -> None:
    """Say for each token, scope, channel and key whether it works, and what to do if not."""
    from bot.check import examine

    async def report() -> bool:
        healthy = True
        async for finding in examine():
            click.echo(str(finding))
            healthy = healthy and not finding.advice
        return healthy

    sys.exit(0 if asyncio.run(report()) else 1)


@main.command()
@click.argument("text", nargs=-1)
def preview(text: tuple[str, ...]) -> None:
    """Print what /evals TEXT would answer: as text, as blocks, and as a link to look at it."""
    from bot.preview import lines
    from bot.preview import preview as draw

    async def show(settings: TogetherSettings) -> None:
        for line in lines(await draw(" ".join(text), settings)):
            click.echo(line)

    _with_settings(TogetherSettings, show)


@main.command()
@click.option("--seed", default=1, show_default=True, help="Other seeds make other jobs.")
def demo(seed: int) -> None:
    """Try the bot in this terminal, against a local Slack and Together: no account, no key."""
    from bot.demo import run_demo

    asyncio.run(run_demo(seed=seed))


@main.command()
def migrate() -> None:
    """Bring the database of DATABASE_URL up to date. SQLite does so by itself at each start."""
    from bot.adapters.store import migrate as bring_up_to_date

    async def work(settings: DatabaseSettings) -> None:
        await bring_up_to_date(settings.database_url.get_secret_value())
        click.echo("The database is up to date.")

    _with_settings(DatabaseSettings, work)


@main.command()
@click.option("--replay", metavar="NUMBER", multiple=True, type=int, help="Send this one again.")
def dead(replay: tuple[int, ...]) -> None:
    """List messages that were given up, or send some of them again."""
    from bot.dead_letters import dead_letters

    async def work(settings: DatabaseSettings) -> None:
        async for line in dead_letters(settings, replay=replay):
            click.echo(line)

    _with_settings(DatabaseSettings, work)


def _with_settings(kind: type[S], work: Callable[[S], Awaitable[None]]) -> None:
    """Run ``work``; a wrong setting ends the process with one sentence that names it."""

    async def begin() -> None:
        settings = read_settings(kind)
        set_up_logging(settings.log_level, settings.log_format, secrets=settings.secrets())
        await work(settings)

    try:
        asyncio.run(begin())
    except StoreError as error:
        click.echo(f"evals-bot: the database does not answer: {error}.", err=True)
        sys.exit(1)
    except SettingsError as error:
        click.echo(f"evals-bot: {error}.", err=True)
        sys.exit(_WRONG_SETTING)
