"""The main job, whole: a person types in Slack, Together is asked, Slack takes the answer."""

import pytest

from bot.sandbox.slack import Interaction, Message, live_mentions
from tests.running import Stage, program, stage

TYPED = (
    "",
    "failed",
    "running",
    "completed,failed 20",
    "completed failed 20",
    "status:error limit:5",
    "status=error limit=5",
    "--status error --limit 5",
    "--status=error -n 5",
    "—status error —limit 5",
    "error 5",
    "user_error",
    "active",
    "done 3",
    "all 100",
    "limit 1",
    "type:compare",
    "type:score sort:pass",
    "type:classify sort:duration",
    "sort:oldest",
    "model:qwen",
    "model:“qwen” judge:llama",
    "dataset:file-5f0c",
    "since:7d",
    "since:2w type:compare",
    "since:2026-01-01",
    "model:no-such-model",
    "status running",
    "status",
    "help",
    "help list",
    "help filters",
    "help show",
    "help status",
    "help nonsense",
    "show 0",
    "eval-nothing",
    "runing",
    "status:runing",
    "limit:0",
    "limit:ten",
    "type:failed",
    "since:7",
    "compare a",
    "watch failed",
    "digest daily",
    "<!channel> <@U0ADMIN>",
    "<https://example.com|x>",
    "model:&lt;b&gt;",
    "\0",
    "\ud800",
    "x" * 10_000,
    "public",
    "type:compare public",
)


async def good_answer(interaction: Interaction) -> Message:
    """What every answer has to be: in time, taken by Slack at once, and waking nobody."""
    assert interaction.problem is None
    message = await interaction.answer()
    assert not interaction.refusals
    assert message.text
    assert not live_mentions(message.text, message.blocks)
    return message


@pytest.mark.parametrize("http", [True, False], ids=["http", "socket"])
async def test_whatever_is_typed_gets_an_answer_that_slack_takes(*, http: bool) -> None:
    async with stage(http=http) as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        for text in TYPED:
            message = await good_answer(await scene.slack.command(text))
            public = text.endswith("public")
            assert message.ephemeral_to == (None if public else "U0MEMBER"), text
        assert not [line for line in bot.log if '"level": "error"' in line]
        await every_control_answers(scene)


async def every_control_answers(scene: Stage) -> None:
    """From one list, every button and menu in turn."""
    slack = scene.slack
    first = await good_answer(await slack.command("completed"))
    older = await good_answer(await slack.press(first, "list_older"))
    assert older.text != first.text
    newer = await good_answer(await slack.press(older, "list_newer"))
    fresh = await good_answer(await slack.press(newer, "list_refresh"))
    failed = await good_answer(await slack.choose(fresh, "list_status", "Failed"))
    assert "failed" in failed.text
    job = await good_answer(await slack.press(failed, "job_details"))
    again = await good_answer(await slack.press(job, "job_refresh"))
    assert (await slack.press(again, "job_page")).problem is None
    shared = await slack.press(again, "job_share")
    assert (await shared.answer()).ephemeral_to is None
    back = await good_answer(await slack.press(again, "list_open"))
    shared = await slack.press(back, "list_share")
    public = await shared.answer()
    assert public.ephemeral_to is None
    assert not shared.refusals
    alone = await slack.press(public, "job_details")
    assert (await alone.answer()).ephemeral_to == "U0MEMBER"
    no = await slack.press(public, "list_refresh", user="U0STRANGER")
    assert (await no.answer()).ephemeral_to == "U0STRANGER"


async def test_what_is_typed_is_what_together_is_asked() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        await good_answer(await scene.slack.command("status:error limit:5"))
        await good_answer(await scene.slack.command("runing"))
        asked = [(request.path, request.query) for request in scene.together.requests]
        assert asked == [("/v1/evaluation", {"status": "error", "limit": "5"})]
