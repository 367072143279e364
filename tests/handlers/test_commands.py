"""What a person sees after ``/evals …``."""

import asyncio

from bot.domain.errors import SlackUnreachable, TogetherRefusedKey, TogetherUnreachable
from bot.domain.jobs import EvaluationJob, EvaluationType, Status
from bot.domain.workspace import Guests
from bot.ports import Audience
from handlers.desk import PATIENCE_SECONDS
from tests import payloads
from tests.fakes import NOON, FakeEvaluations, settle
from tests.front import front

JOB = EvaluationJob(
    id="eval-7df2-1751287840", status=Status.COMPLETED, type=EvaluationType.CLASSIFY
)
FAILED = EvaluationJob(id="eval-91bc-1", status=Status.ERROR, error="judge endpoint unavailable")


async def test_a_lookup_is_acknowledged_and_answered_to_the_asker_alone() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        response = await bot.command("")
        assert (response.status, response.body) == (200, "")
        message, to = bot.last
        assert JOB.id in message.text
        assert to is Audience.ASKER
        assert bot.evaluations.asked == [(None, None)]


async def test_status_and_limit_go_upstream_as_they_are() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB, FAILED])) as bot:
        await bot.command("status:error limit:5")
        assert bot.evaluations.asked == [("error", 5)]
        assert FAILED.id in bot.last[0].text
        assert JOB.id not in bot.last[0].text


async def test_several_statuses_are_asked_for_at_once() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[JOB, FAILED], gate=gate)) as bot:
        await bot.command("failed completed 20")
        assert sorted(bot.evaluations.asked) == [
            ("completed", 20),
            ("error", 20),
            ("user_error", 20),
        ]
        gate.set()
        await settle()
        assert JOB.id in bot.last[0].text
        assert FAILED.id in bot.last[0].text


async def test_public_is_for_the_whole_channel() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await bot.command("public")
        assert bot.last[1] is Audience.CHANNEL


async def test_a_wrong_word_gets_a_private_answer_and_costs_no_call() -> None:
    async with front() as bot:
        await bot.command("runing public")
        message, to = bot.last
        assert "runing" in message.text
        assert "running" in message.text
        assert to is Audience.ASKER
        assert bot.evaluations.asked == []


async def test_an_id_goes_upstream_as_it_was_typed() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await bot.command(JOB.id)
        assert bot.evaluations.asked_ids == [JOB.id]
        assert bot.evaluations.asked == []
        assert JOB.id in bot.last[0].text


async def test_the_beginning_of_an_id_finds_its_job_among_a_hundred() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB, FAILED])) as bot:
        await bot.command("show 7DF2")
        assert bot.evaluations.asked == [(None, 100)]
        assert JOB.id in bot.last[0].text
        assert FAILED.id not in bot.last[0].text


async def test_several_jobs_that_begin_alike_are_listed() -> None:
    twin = EvaluationJob(id="eval-7df2-2", status=Status.RUNNING)
    async with front(evaluations=FakeEvaluations(jobs=[JOB, twin, FAILED])) as bot:
        await bot.command("eval-7df2")
        assert JOB.id in bot.last[0].text
        assert twin.id in bot.last[0].text
        assert FAILED.id not in bot.last[0].text


async def test_an_unknown_id_is_said_to_be_unknown() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await bot.command("eval-nothing")
        assert "eval-nothing" in bot.last[0].text


async def test_help_and_status_ask_nobody() -> None:
    async with front() as bot:
        await bot.command("help")
        assert "/evals failed" in bot.last[0].text
        await bot.command("status")
        assert "Socket Mode" in bot.last[0].text
        assert bot.evaluations.asked == []


async def test_what_takes_long_is_announced_once_and_then_answered() -> None:
    gate = asyncio.Event()
    async with front(evaluations=FakeEvaluations(jobs=[JOB], gate=gate)) as bot:
        assert (await bot.command("")).status == 200
        assert bot.replies.sent == []
        await bot.clock.advance(PATIENCE_SECONDS)
        assert [message.text for _, message, _ in bot.replies.sent] == ["Still asking Together…"]
        await bot.clock.advance(10)
        gate.set()
        await settle()
        assert len(bot.replies.sent) == 2
        assert JOB.id in bot.last[0].text


async def test_an_outage_shows_the_last_good_answer_with_its_age() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await bot.command("")
        await bot.clock.advance(60)
        bot.evaluations.failure = TogetherUnreachable("no answer within 20 seconds")
        await bot.command("")
        message, _ = bot.last
        assert JOB.id in message.text
        assert f"<!date^{int(NOON.timestamp())}^" in message.text


async def test_a_refused_key_is_never_covered_up_by_an_old_answer() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        await bot.command("")
        await bot.clock.advance(60)
        bot.evaluations.failure = TogetherRefusedKey("the key was refused", status=401)
        await bot.command("")
        assert "TOGETHER_API_KEY" in bot.last[0].text
        assert JOB.id not in bot.last[0].text


async def test_guests_and_strangers_are_told_no_and_nothing_is_asked() -> None:
    async with front() as bot:
        await bot.command("", user=payloads.GUEST)
        assert "Guests cannot" in bot.last[0].text
        await bot.command("", team=payloads.OTHER_TEAM)
        assert "Only people of the workspace" in bot.last[0].text
        assert bot.evaluations.asked == []


async def test_guests_may_look_where_the_setting_says_so_but_never_post() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB]), guests=Guests.LOOK) as bot:
        await bot.command("", user=payloads.GUEST)
        assert JOB.id in bot.last[0].text
        await bot.command("public", user=payloads.GUEST)
        assert bot.last[1] is Audience.ASKER
        assert "Only full members" in bot.last[0].text


async def test_when_slack_does_not_say_who_asks_nobody_is_let_in() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        bot.people.failure = SlackUnreachable("Slack did not answer")
        await bot.command("")
        assert JOB.id not in bot.last[0].text
        assert bot.evaluations.asked == []


async def test_a_delivery_that_comes_twice_is_answered_once() -> None:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        body = payloads.command("")
        assert (await bot.dispatch(body)).status == 200
        assert (await bot.dispatch(body)).status == 200
        assert len(bot.replies.sent) == 1
        await bot.clock.advance(601)
        await bot.dispatch(body)
        assert len(bot.replies.sent) == 2, "Slack itself would refuse a request as old as that"
