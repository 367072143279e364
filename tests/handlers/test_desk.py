"""Everybody is acknowledged at once, and everybody gets an answer."""

import asyncio
import logging

import pytest

from bot.domain.errors import SlackRefused
from bot.domain.jobs import EvaluationJob, Status
from bot.rendering.problems import BUSY
from handlers.work import LIMIT
from tests.fakes import FakeEvaluations, settle
from tests.front import front

JOB = EvaluationJob(id="eval-1", status=Status.RUNNING)


async def test_a_burst_beyond_the_limit_is_told_to_come_back_and_the_rest_is_served() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[JOB], gate=gate)) as bot:
        answers = [await bot.command("") for _ in range(LIMIT + 1)]
        assert {answer.body for answer in answers[:-1]} == {""}
        assert BUSY.text in answers[-1].body
        gate.set()
        await settle()
        await settle()
        assert len(bot.replies.sent) == LIMIT
        assert len(bot.bot.work) == 0


async def test_a_button_beyond_the_limit_is_told_so_too() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[JOB], gate=gate)) as bot:
        for _ in range(LIMIT):
            await bot.command("")
        await bot.press("list_refresh", "1")
        assert bot.last[0] == BUSY
        gate.set()
        await settle()


async def test_two_hundred_identical_commands_at_once_are_one_call() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await asyncio.gather(*(bot.command("failed") for _ in range(200)))
        await settle()
        assert len(bot.replies.sent) == 200
        assert sorted(bot.evaluations.asked) == [("error", None), ("user_error", None)]


async def test_the_unexpected_becomes_words_with_a_reference_that_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(FakeEvaluations):
        async def _weather(self) -> None:
            raise ZeroDivisionError

    async with front(evaluations=Broken()) as bot:
        with caplog.at_level(logging.ERROR):
            assert (await bot.command("")).status == 200
        (record,) = caplog.records
        assert record.__dict__["reference"] in bot.last[0].text
        assert record.exc_info is not None
        assert "ZeroDivisionError" not in bot.last[0].text


async def test_an_answer_that_slack_refuses_fails_alone(caplog: pytest.LogCaptureFixture) -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        bot.replies.failure = SlackRefused("Slack refused the answer", code="expired_url")
        assert (await bot.command("")).status == 200
        assert "expired_url" in {r.__dict__.get("code") for r in caplog.records}
        bot.replies.failure = None
        await bot.command("")
        assert JOB.id in bot.last[0].text


async def test_closing_waits_for_answers_under_way_and_cancels_what_never_ends() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[JOB], gate=gate)) as bot:
        await bot.command("")
        closing = asyncio.create_task(bot.bot.work.drain(timeout_seconds=20))
        await settle()
        assert not closing.done()
        gate.set()
        assert await closing == 0
        assert JOB.id in bot.last[0].text
        gate.clear()
        await bot.command("failed")
        assert await bot.bot.work.drain(timeout_seconds=0) == 1
        assert len(bot.bot.work) == 0
