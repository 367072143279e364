"""Each fault strikes as it is described, for as long as it is switched on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.faults import ERRORS, Faults


async def post(client: AsyncWebClient, text: str = "x") -> Any:
    return await client.chat_postMessage(channel="C0EVALS", text=text)


@asynccontextmanager
async def under_way(client: AsyncWebClient) -> AsyncIterator[asyncio.Task[Any]]:
    """A post that gets no answer yet; in the end it fails."""
    task = asyncio.ensure_future(post(client))
    yield task
    with pytest.raises(aiohttp.ClientError):
        await task


def test_a_fault_has_a_name() -> None:
    with pytest.raises(ValueError, match="no fault named 'storm'"):
        Faults().switch_on("storm")


def test_a_fault_counts_down_and_can_be_switched_off() -> None:
    faults = Faults()
    faults.switch_on("429", on="chat.update", times=2)
    faults.switch_on("bad_json")
    taken = [faults.take(target) for target in ("chat.update", "auth.test", "chat.update", "x")]
    assert [fault and fault.name for fault in taken] == ["429", "bad_json", "429", "bad_json"]
    stalled = faults.switch_on("stall")
    faults.switch_off()
    assert stalled.released.is_set()
    assert faults.take("x") is None


@pytest.mark.parametrize("error", sorted(ERRORS))
async def test_a_named_error_leaves_no_message(
    slack: LocalSlack, client: AsyncWebClient, error: str
) -> None:
    slack.faults.switch_on(error, on="chat.postMessage", times=1)
    with pytest.raises(SlackApiError, match=error):
        await post(client)
    assert slack.ledger.accepted == []
    assert (await post(client))["ok"]


async def test_429_says_how_long(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.switch_on("429", retry_after_seconds=7)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert slack.ledger.entries[-1].fault == "429"


async def test_a_reset_before_leaves_nothing_and_after_leaves_the_message(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.faults.switch_on("reset_before_accept", times=1)
    with pytest.raises(aiohttp.ClientError):
        await post(client)
    assert slack.ledger.accepted == []
    slack.faults.switch_on("reset_after_accept", times=1)
    with pytest.raises(aiohttp.ClientError):
        await post(client)
    assert len(slack.ledger.accepted) == 1


async def test_500_and_broken_json_come_after_the_message(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.faults.switch_on("500_after_accept", times=1)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert caught.value.response.status_code == 500
    slack.faults.switch_on("bad_json", times=1)
    with pytest.raises((SlackApiError, json.JSONDecodeError)):
        await post(client)
    assert len(slack.ledger.accepted) == 2


async def test_a_stall_never_answers_and_never_posts(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    fault = slack.faults.switch_on("stall", times=1)
    async with under_way(client) as task:
        await slack.ledger.wait("chat.postMessage")
        assert not task.done()
        fault.release()
    assert slack.ledger.accepted == []


async def test_a_late_message_lands_after_nobody_waits_any_more(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    fault = slack.faults.switch_on("late_accept", times=1)
    impatient = asyncio.ensure_future(post(client))
    await fault.struck.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert slack.workspace.messages == []
    fault.release()
    (entry,) = await slack.ledger.wait("chat.postMessage")
    assert (entry.fault, entry.message) == ("late_accept", slack.workspace.messages[0])


async def test_a_drip_posts_and_holds_half_of_the_answer_back(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    fault = slack.faults.switch_on("drip", times=1)
    task = asyncio.ensure_future(post(client))
    await slack.ledger.wait("chat.postMessage")
    assert len(slack.ledger.accepted) == 1
    assert not task.done()
    fault.release()
    assert (await task)["ok"]


async def test_response_urls_have_faults_of_their_own(slack: LocalSlack) -> None:
    typed = await slack.command()
    slack.faults.switch_on("500_after_accept", on="commands", times=1)
    async with (
        aiohttp.ClientSession() as http,
        http.post(typed.response_url, json={"text": "x"}) as response,
    ):
        assert response.status == 500
    assert (await typed.answer()).text == "x"
