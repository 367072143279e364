"""What the health port says of the process."""

from collections.abc import Mapping
from datetime import timedelta

from bot.adapters.metering import Meters
from bot.condition import Condition
from bot.domain.errors import StoreUnavailable, TogetherUnreachable
from tests.front import Front, front

ALL_WELL = {"slack": True, "database": True, "polling": True}


async def connected() -> bool:
    return True


def condition(bot: Front | None = None) -> Condition:
    told = Condition(Meters(), poll_seconds=30)
    if bot is not None:
        told.joined(bot.bot, connected)
    return told


async def test_nothing_holds_before_the_bot_has_joined_and_after_it_left() -> None:
    async with front() as bot:
        told = condition()
        assert not any((await told.checks()).values())
        told.joined(bot.bot, connected)
        assert await told.checks() == ALL_WELL
        told.leaves()
        assert not any((await told.checks()).values())


async def test_a_database_that_does_not_answer_is_not_ready_and_the_metrics_come_all_the_same() -> (
    None
):
    async with front() as bot:
        told = condition(bot)
        bot.store.failure = StoreUnavailable("The database cannot be reached.")
        assert await told.checks() == {**ALL_WELL, "database": False}
        assert b"evals_outbox_waiting" in await told.metrics()
        bot.store.failure = None
        assert await told.checks() == ALL_WELL


async def test_a_database_that_can_be_read_and_not_written_is_not_ready_until_it_can() -> None:
    async with front() as bot:
        told = condition(bot)
        bot.store.failure = StoreUnavailable("The database is full.")
        await bot.bot.rounds.once()
        bot.store.failure = None
        assert (await told.checks())["database"] is False
        await bot.bot.rounds.once()
        assert await told.checks() == ALL_WELL


async def test_an_outage_of_togethers_counts_only_when_it_lasts() -> None:
    async with front() as bot:
        told = condition(bot)
        await bot.bot.rounds.once()
        bot.evaluations.failure = TogetherUnreachable("no answer")
        await bot.bot.rounds.once()
        assert await told.checks() == ALL_WELL
        await bot.clock.advance(timedelta(minutes=6).total_seconds())
        assert (await told.checks())["polling"] is False


async def test_the_metrics_tell_of_the_queue() -> None:
    async with front() as bot:
        page = (await condition(bot).metrics()).decode()
        assert _figures(page)["evals_outbox_waiting"] == 0.0


def _figures(page: str) -> Mapping[str, float]:
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}
