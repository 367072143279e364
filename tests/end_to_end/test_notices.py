"""Notices, whole: a channel watches, a job ends at Together, and Slack has one message of it."""

import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.slack import Message
from bot.sandbox.together import classify_job, classify_results
from tests.running import PATIENCE_SECONDS, Program, Stage, output_of, program, stage

FAST = {"EVALS_POLL_SECONDS": "0.2", "EVALS_PACE": "0.05"}


def start_job(scene: Stage, name: str = "eval-new-1") -> str:
    scene.together.world.start(classify_job(workflow_id=name), at=datetime.now(UTC))
    return name


def finish_job(scene: Stage, name: str = "eval-new-1") -> None:
    scene.together.world.finish(name, classify_results(), at=datetime.now(UTC))


async def posts(scene: Stage, count: int) -> Sequence[Message]:
    """The first messages that the bot posted unasked, once there are so many."""
    calls = await scene.slack.ledger.wait("chat.postMessage", count=count, timeout=PATIENCE_SECONDS)
    return [call.message for call in calls if call.message is not None]


async def watch(scene: Stage, text: str = "watch", *, channel: str = "C0EVALS") -> str:
    return (await (await scene.slack.command(text, channel=channel)).answer()).text


async def rounds(scene: Stage, bot: Program, count: int = 3) -> None:
    """Let that many polls pass, to see that nothing more comes of them."""
    await scene.together.until_asked(len(scene.together.requests) + count)
    assert bot.process.returncode is None


async def test_a_watching_channel_is_told_once_when_a_job_ends() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        assert "Watching here" in await watch(scene, "watch model:qwen")
        start_job(scene)
        await rounds(scene, bot)
        finish_job(scene)
        (notice,) = await posts(scene, 1)
        assert notice.channel == "C0EVALS"
        assert "eval-new-1" in notice.text
        assert "completed" in notice.text
        assert "87.0" in notice.text
        assert not notice.mentions
        await rounds(scene, bot)
        assert len(await posts(scene, 1)) == 1
        assert "eval-new-1" in await watch(scene, "log eval-new-1")


async def test_a_job_that_starts_and_ends_between_two_polls_is_told_too() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene)
        start_job(scene)
        finish_job(scene)
        (notice,) = await posts(scene, 1)
        assert "eval-new-1" in notice.text


async def test_a_failure_says_whose_fault_it_is_and_mentions_whom_the_watch_names() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene, "watch notify:<@U0ADMIN>")
        at = datetime.now(UTC)
        scene.together.world.start(classify_job(workflow_id="eval-new-1"), at=at)
        scene.together.world.fail("eval-new-1", "user_error", 'column "answer" <!channel>', at=at)
        (notice,) = await posts(scene, 1)
        assert "your data or settings" in notice.text
        assert set(notice.mentions) == {"<@U0ADMIN>"}


async def test_what_ended_while_the_bot_was_down_is_told_when_it_is_back() -> None:
    async with stage() as scene:
        environment = scene.environment | FAST
        async with program("run", environment=environment) as bot:
            await scene.begins(bot)
            await watch(scene)
            start_job(scene)
            await rounds(scene, bot)
            bot.send(signal.SIGKILL)
            await bot.exit_code()
        finish_job(scene)
        async with program("run", environment=environment) as bot:
            (notice,) = await posts(scene, 1)
            assert "eval-new-1" in notice.text
            await rounds(scene, bot)
            assert len(await posts(scene, 1)) == 1


async def test_the_first_start_tells_of_nothing_old() -> None:
    async with stage() as scene:
        environment = scene.environment | FAST | {"EVALS_CHANNEL": "C0EVALS"}
        async with program("run", environment=environment) as bot:
            await scene.begins(bot)
            await rounds(scene, bot)
            assert not scene.slack.ledger.calls("chat.postMessage")


async def test_many_at_once_are_one_message_with_all_of_them() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene)
        names = [f"eval-new-{number}" for number in range(8)]
        scene.together.faults.on("5xx")
        for name in names:
            start_job(scene, name)
            finish_job(scene, name)
        scene.together.faults.off("5xx")
        (notice,) = await posts(scene, 1)
        assert all(name in notice.text for name in names)
        await rounds(scene, bot)
        assert len(await posts(scene, 1)) == 1


async def test_a_private_channel_is_asked_for_an_invitation_and_a_public_one_is_joined() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        assert "/invite @evals" in await watch(scene, channel="G0SECRET")
        assert "Watching here" in await watch(scene, channel="C0QUIET")
        start_job(scene)
        finish_job(scene)
        (notice,) = await posts(scene, 1)
        assert notice.channel == "C0QUIET"


async def test_a_started_card_is_edited_in_place_and_its_end_is_in_its_thread() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene, "watch events:started,completed")
        start_job(scene)
        (card,) = await posts(scene, 1)
        assert "running" in card.text
        finish_job(scene)
        _, notice = await posts(scene, 2)
        assert notice.thread_ts == card.ts
        (edit, *_) = await scene.slack.ledger.wait("chat.update", timeout=PATIENCE_SECONDS)
        assert edit.message is not None
        assert edit.message.ts == card.ts
        assert "completed" in edit.message.text


async def test_a_muted_channel_hears_afterwards_what_it_missed() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene)
        await watch(scene, "mute 2h")
        start_job(scene)
        finish_job(scene)
        await rounds(scene, bot)
        assert not scene.slack.ledger.calls("chat.postMessage")
        await watch(scene, "unmute")
        (missed,) = await posts(scene, 1)
        assert "eval-new-1" in missed.text


@pytest.mark.parametrize("fault", ["500_after_accept", "reset_after_accept", "drip", "bad_json"])
async def test_what_slack_took_without_saying_so_is_looked_up_and_not_sent_twice(
    fault: str,
) -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene)
        scene.slack.faults.switch_on(fault, on="chat.postMessage", times=1)
        start_job(scene)
        finish_job(scene)
        await scene.slack.ledger.wait("conversations.history", timeout=PATIENCE_SECONDS)
        scene.slack.faults.switch_off()
        start_job(scene, "eval-new-2")
        finish_job(scene, "eval-new-2")
        while len(told := [p.text for p in await posts(scene, 2)]) < 2:
            await scene.slack.ledger.wait("chat.postMessage", count=3)
        assert sum("eval-new-1" in text for text in told) == 1
        assert sum("eval-new-2" in text for text in told) == 1


async def test_where_the_bot_may_not_look_a_repetition_says_that_it_may_be_one() -> None:
    async with (
        stage(readable=False) as scene,
        program("run", environment=scene.environment | FAST) as bot,
    ):
        await scene.begins(bot)
        await watch(scene)
        scene.slack.faults.switch_on("reset_after_accept", on="chat.postMessage", times=1)
        start_job(scene)
        finish_job(scene)
        first, second = await posts(scene, 2)
        assert "possible repeat" not in first.text
        assert "possible repeat" in second.text


async def test_one_refused_channel_delays_no_other_and_its_watcher_is_told_what_to_do() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene, channel="C0EVALS")
        await watch(scene, channel="C0QUIET")
        scene.slack.workspace.archive("C0QUIET")
        start_job(scene)
        finish_job(scene)
        told = {message.channel: message.text for message in await posts(scene, 3)}
        assert "eval-new-1" in told["C0EVALS"]
        assert any("C0QUIET" in text for channel, text in told.items() if channel != "C0EVALS")


async def test_readiness_and_metrics_tell_how_it_is() -> None:
    async with stage() as scene, program("run", environment=scene.environment | FAST) as bot:
        await scene.begins(bot)
        await watch(scene)
        start_job(scene)
        finish_job(scene)
        await posts(scene, 1)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{scene.health_url}/readyz") as response:
                told = await response.json()
                assert told == {"ready": True, "slack": True, "database": True, "polling": True}
            async with session.get(f"{scene.health_url}/metrics") as response:
                page = await response.text()
        for name in (
            'evals_polls_total{outcome="ok"}',
            'evals_together_calls_total{outcome="ok"}',
            'evals_slack_calls_total{method="post",outcome="ok"} 1.0',
            "evals_transitions_total",
            "evals_notices_total",
            "evals_outbox_waiting",
            "evals_window_saturated 0.0",
        ):
            assert name in page


async def test_watches_of_a_file_count_and_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "evals.toml"
    file.write_text('[[watch]]\nchannel = "C0EVALS"\nmodel = "qwen"\n')
    async with stage() as scene:
        environment = scene.environment | FAST
        async with program("run", environment=environment, folder=tmp_path) as bot:
            await scene.begins(bot)
            start_job(scene)
            finish_job(scene)
            (notice,) = await posts(scene, 1)
            assert "eval-new-1" in notice.text
        file.write_text('[[watch]]\nchannel = "C0EVALS"\nmodle = "qwen"\n')
        code, _, err = await output_of("run", environment=environment, folder=tmp_path)
        assert code == 2
        (sentence,) = err.splitlines()
        assert "evals.toml" in sentence
        assert "line 3" in sentence
        assert "modle" in sentence


async def test_what_was_given_up_is_listed_and_can_be_sent_again() -> None:
    async with stage(readable=False) as scene:
        environment = scene.environment | FAST | {"EVALS_IN_DOUBT": "park"}
        assert "No message was given up" in (await output_of("dead", environment=environment))[1]
        async with program("run", environment=environment) as bot:
            await scene.begins(bot)
            await watch(scene)
            # Slack takes it without saying so, and the bot may not look.
            scene.slack.faults.switch_on("reset_after_accept", on="chat.postMessage", times=1)
            start_job(scene)
            finish_job(scene)
            await scene.slack.ledger.wait("conversations.history", timeout=PATIENCE_SECONDS)
            while (
                "eval-new-1" not in (listed := await output_of("dead", environment=environment))[1]
            ):
                assert bot.process.returncode is None
            number = listed[1].split()[0]
            again = await output_of("dead", "--replay", number, environment=environment)
            assert "will be sent again" in again[1]
            assert len(await posts(scene, 2)) == 2
        unknown = await output_of("dead", "--replay", "999", environment=environment)
        assert "no such dead message" in unknown[1]


async def test_migrate_brings_a_database_up_to_date_and_says_so() -> None:
    async with stage() as scene:
        for _ in range(2):
            code, out, _ = await output_of("migrate", environment=scene.environment)
            assert code == 0
            assert "up to date" in out


@pytest.mark.parametrize("url", ["nonsense", "mysql://h/x", "sqlite:////no/such/folder/x.db"])
async def test_a_database_that_cannot_be_used_is_exit_code_2_and_one_sentence(url: str) -> None:
    async with stage() as scene:
        code, _, err = await output_of("run", environment=scene.environment | {"DATABASE_URL": url})
        assert code == 2
        assert "DATABASE_URL" in err
        assert "Traceback" not in err


async def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "evals-bot.db"
    file.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)
    before = file.read_bytes()
    async with stage() as scene:
        environment = scene.environment | {"DATABASE_URL": f"sqlite:///{file}"}
        code, _, err = await output_of("run", environment=environment)
    assert code == 2
    assert "DATABASE_URL" in err
    assert "Traceback" not in err
    assert file.read_bytes() == before
