"""What a person sees after pressing."""

import pytest

from bot.domain.commands import ListJobs
from bot.domain.jobs import FAILED, EvaluationJob, Status
from bot.domain.workspace import Guests
from bot.ports import Audience
from bot.rendering import controls
from bot.rendering.controls import JobView, ListView, job_value, list_value
from tests import payloads
from tests.fakes import FakeEvaluations
from tests.front import Front, front

JOBS = [EvaluationJob(id=f"eval-{n:02}", status=Status.COMPLETED) for n in range(30)]
ALL = list_value(ListView(query=ListJobs()))
PAGE_2 = list_value(ListView(query=ListJobs(), page=2))


def action_ids(bot: Front) -> set[str]:
    message, _ = bot.last
    elements = [e for block in message.blocks for e in block.get("elements", ())]
    elements += [block["accessory"] for block in message.blocks if "accessory" in block]
    return {element["action_id"] for element in elements if "action_id" in element}


async def test_refresh_always_asks_anew_and_answers_in_place() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        await bot.command("")
        await bot.press(controls.LIST_REFRESH, ALL)
        assert bot.evaluations.asked == [(None, None), (None, None)]
        assert bot.last[1] is Audience.SAME


async def test_older_asks_for_a_hundred_and_newer_leads_back() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        await bot.press(controls.LIST_OLDER, PAGE_2)
        assert bot.evaluations.asked == [(None, 100)]
        assert "eval-10" in bot.last[0].text
        assert "eval-09" not in bot.last[0].text
        assert {controls.LIST_NEWER, controls.LIST_OLDER} <= action_ids(bot)


async def test_the_status_menu_asks_for_what_was_chosen() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        value = list_value(ListView(query=ListJobs(statuses=FAILED)))
        await bot.press(controls.LIST_STATUS, value, menu=True)
        assert sorted(bot.evaluations.asked) == [("error", None), ("user_error", None)]
        assert bot.last[1] is Audience.SAME


async def test_details_open_in_place_and_lead_back() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        value = job_value(JobView(job_id="eval-07", back=ListView(query=ListJobs(), page=2)))
        await bot.press(controls.JOB_DETAILS, value)
        assert bot.last[1] is Audience.SAME
        assert "eval-07" in bot.last[0].text
        assert controls.LIST_OPEN in action_ids(bot)


async def test_details_of_a_public_list_are_for_the_asker_alone() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        await bot.press(controls.JOB_DETAILS, job_value(JobView(job_id="eval-07")), private=False)
        assert bot.last[1] is Audience.ASKER


async def test_a_shared_list_is_for_the_channel_and_cannot_be_shared_again() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        await bot.press(controls.LIST_SHARE, ALL)
        message, to = bot.last
        assert to is Audience.CHANNEL
        assert controls.LIST_SHARE not in action_ids(bot)
        assert f"<@{payloads.MEMBER}>" in str(message.blocks)
        await bot.press(controls.LIST_REFRESH, ALL, private=False)
        assert controls.LIST_SHARE not in action_ids(bot)


async def test_a_shared_job_is_for_the_channel() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS)) as bot:
        await bot.press(controls.JOB_SHARE, "eval-07")
        assert bot.last[1] is Audience.CHANNEL
        assert controls.JOB_SHARE not in action_ids(bot)


@pytest.mark.parametrize("action_id", [controls.LIST_SHARE, controls.JOB_SHARE])
async def test_guests_who_may_look_may_not_share(action_id: str) -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS), guests=Guests.LOOK) as bot:
        value = ALL if action_id == controls.LIST_SHARE else "eval-07"
        await bot.press(action_id, value, user=payloads.GUEST)
        assert bot.last[1] is Audience.ASKER
        assert "Only full members" in bot.last[0].text
        assert bot.evaluations.asked == []


async def test_strangers_in_a_shared_channel_change_nothing_that_others_see() -> None:
    async with front(evaluations=FakeEvaluations(jobs=JOBS), guests=Guests.LOOK) as bot:
        await bot.press(
            controls.LIST_OLDER,
            PAGE_2,
            user="U0STRANGER",
            team=payloads.OTHER_TEAM,
            private=False,
        )
        assert bot.last[1] is Audience.ASKER
        assert bot.evaluations.asked == []


async def test_a_link_is_acknowledged_and_nothing_more() -> None:
    async with front() as bot:
        assert (await bot.press(controls.JOB_PAGE)).status == 200
        assert bot.replies.sent == []


@pytest.mark.parametrize("action_id", ["from_another_version", "x" * 255])
async def test_an_unknown_button_is_answered(action_id: str) -> None:
    async with front() as bot:
        assert (await bot.press(action_id)).status == 200
        assert "older version" in bot.last[0].text


@pytest.mark.parametrize("action_id", [controls.LIST_REFRESH, controls.JOB_DETAILS])
@pytest.mark.parametrize("value", ["", "0 x", "nonsense ../..", "1 watch", "9999 limit:5", "\0"])
async def test_a_hand_made_value_is_one_clear_answer_and_no_call(
    action_id: str, value: str
) -> None:
    async with front() as bot:
        assert (await bot.press(action_id, value)).status == 200
        assert bot.last[1] is Audience.ASKER
        assert bot.evaluations.asked == []
