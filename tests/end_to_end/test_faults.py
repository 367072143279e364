"""Together and Slack in trouble: what a person reads then, from the real process."""

import json
from typing import Any

import pytest

from tests.running import Program, Stage, program, stage


async def answer(scene: Stage, text: str) -> str:
    interaction = await scene.slack.command(text)
    assert interaction.problem is None
    message = await interaction.answer(timeout=30)
    return message.text


def reasons(bot: Program) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in bot.log if line.startswith("{")]
    return [line for line in lines if line["message"] == "an answer failed"]


@pytest.mark.parametrize(
    ("fault", "options", "words"),
    [
        ("bad_key", {"status": 401}, "TOGETHER_API_KEY"),
        ("bad_key", {"status": 403}, "TOGETHER_API_KEY"),
        ("bad_key", {"status": 400}, "did not take the question"),
        ("bad_key", {"status": 404}, "TOGETHER_BASE_URL"),
        ("redirect", {}, "TOGETHER_BASE_URL"),
        ("html", {}, "cannot be read"),
        ("bad_json", {}, "cannot be read"),
        ("not_a_list", {}, "cannot be read"),
        ("bomb", {}, "cannot be read"),
        ("oversize", {}, "cannot be read"),
    ],
)
async def test_each_fault_of_togethers_has_its_words_and_a_reference_that_is_in_the_log(
    fault: str, options: dict[str, Any], words: str
) -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.together.faults.on(fault, **options)
        said = await answer(scene, "")
        assert words in said
        (reason,) = reasons(bot)
        assert reason["reference"] in said
        assert scene.environment["TOGETHER_API_KEY"] not in "".join(bot.log)
        scene.together.faults.off(fault)
        assert "evaluation jobs" in await answer(scene, ""), "nothing of it was kept"


@pytest.mark.parametrize(
    ("fault", "options"),
    [("429", {"retry_after": "1"}), ("5xx", {}), ("refuse", {})],
)
async def test_a_passing_fault_is_not_even_noticed(fault: str, options: dict[str, Any]) -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.together.faults.on(fault, times=1, **options)
        assert "evaluation jobs" in await answer(scene, "")
        assert not reasons(bot)


async def test_when_together_is_away_the_last_good_answer_comes_back_with_its_age() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        typed = await scene.slack.command("")
        before = await typed.answer()
        scene.together.faults.on("5xx")
        pressed = await scene.slack.press(before, "list_refresh")
        stale = await pressed.answer(timeout=30)
        assert "This is what it said" in stale.text
        assert set(_ids(before.text)) == set(_ids(stale.text))
        (reason,) = reasons(bot)
        assert reason["reference"] in stale.text
        scene.together.faults.off("5xx")
        fresh = await (await scene.slack.press(stale, "list_refresh")).answer()
        assert "This is what it said" not in fresh.text


async def test_a_slow_together_never_keeps_slack_waiting() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.together.faults.on("slow")
        typed = await scene.slack.command("")
        assert typed.problem is None
        assert typed.ack_seconds is not None
        assert typed.ack_seconds < 1
        assert (await typed.answer(1)).text == "Still asking Together…"
        scene.together.faults.release()
        assert "evaluation jobs" in (await typed.answer(2)).text


async def test_when_slack_does_not_say_who_asks_the_answer_is_no() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.slack.faults.switch_on("invalid_auth", on="users.info")
        said = await answer(scene, "")
        assert "ref " in said
        assert not scene.together.requests


async def test_a_dropped_socket_comes_back_by_itself() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        await scene.slack.sockets.disconnect("refresh_requested")
        await scene.slack.connected(timeout=30)
        assert "evaluation jobs" in await answer(scene, "")


async def test_an_envelope_that_comes_twice_is_answered_once() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        typed = await scene.slack.command("")
        await typed.answer()
        assert (await typed.replay()).problem is None
        await answer(scene, "help")
        assert len(typed.outcomes) == 1


def _ids(text: str) -> list[str]:
    return [word for word in text.split() if word.startswith("eval-")]
