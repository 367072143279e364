"""The process from start to end: ready, told to stop, told twice, and refused from the start."""

import asyncio
import signal

import aiohttp
import pytest

from tests.running import output_of, program, stage


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status


@pytest.mark.parametrize("http", [True, False], ids=["http", "socket"])
async def test_it_is_alive_then_ready_and_ends_well_when_told_to(*, http: bool) -> None:
    async with stage(http=http) as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        assert await status_of(f"{scene.health_url}/healthz") == 200
        assert await status_of(f"{scene.health_url}/readyz") == 200
        bot.send(signal.SIGTERM)
        assert await bot.exit_code() == 0
        await bot.logged("stopped")


async def test_what_was_acknowledged_is_answered_before_it_ends() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.together.faults.on("slow")
        typed = await scene.slack.command("")
        bot.send(signal.SIGTERM)
        await bot.logged("stopping")
        scene.together.faults.release()
        assert await bot.exit_code() == 0
        assert "evaluation jobs" in typed.messages[-1].text


async def test_a_second_signal_ends_it_at_once() -> None:
    async with stage() as scene, program("run", environment=scene.environment) as bot:
        await scene.begins(bot)
        scene.together.faults.on("timeout")
        await scene.slack.command("")
        bot.send(signal.SIGTERM)
        await bot.logged("stopping")
        bot.send(signal.SIGTERM)
        assert await bot.exit_code() == 1


async def test_while_slack_is_away_it_waits_is_not_ready_and_can_be_stopped() -> None:
    async with (
        stage() as scene,
        scene.slack.away(),
        program("run", environment=scene.environment) as bot,
    ):
        await bot.logged("no answer, trying again")
        assert await status_of(f"{scene.health_url}/healthz") == 200
        assert await status_of(f"{scene.health_url}/readyz") == 503
        bot.send(signal.SIGTERM)
        assert await bot.exit_code() == 0


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is missing"),
        ("TOGETHER_API_KEY", "", "TOGETHER_API_KEY is missing"),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "SLACK_BOT_TOKEN does not work: Slack says invalid_auth"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "SLACK_APP_TOKEN does not work: Slack says invalid_auth"),
        ("SLACK_APP_TOKEN", "", "SLACK_APP_TOKEN is missing"),
        ("HEALTH_PORT", "port", "HEALTH_PORT has to be a whole number"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL has to be one of these"),
    ],
)
async def test_a_wrong_setting_is_exit_code_2_and_one_sentence(
    setting: str, value: str, words: str
) -> None:
    async with stage() as scene:
        code, out, err = await output_of("run", environment=scene.environment | {setting: value})
        assert code == 2
        assert out == ""
        (sentence,) = err.splitlines()
        assert sentence.startswith(f"evals-bot: {words}")
        assert "Traceback" not in err
        assert "wrong" not in err.replace("evals-bot: ", "").replace(words, "")


async def test_a_taken_port_is_exit_code_2_and_one_sentence() -> None:
    async with stage() as scene:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            environment = scene.environment | {"HEALTH_PORT": str(port)}
            code, _, err = await output_of("run", environment=environment)
        assert code == 2
        assert f"cannot listen on 127.0.0.1:{port}" in err
        assert "Traceback" not in err
