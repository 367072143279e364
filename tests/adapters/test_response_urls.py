"""Answers over response URLs, against the strict local Slack."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.response_urls import ResponseUrls
from bot.domain.errors import SlackRefused, SlackUnreachable
from bot.ports import Audience
from bot.rendering import kit
from bot.rendering.kit import Message
from bot.sandbox.slack import InstalledApp, LocalSlack
from bot.scopes import SCOPES

GOOD = Message(text="all in words", blocks=(kit.section("all in blocks"),))
BAD = Message(text="all in words", blocks=({"type": "section"},))


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    # Nobody listens at the address, and a command reaches its response URL all the same.
    app = InstalledApp(scopes=frozenset(SCOPES), request_url="http://127.0.0.1:9/")
    async with LocalSlack(app) as slack:
        yield slack


@pytest.fixture
async def replies() -> AsyncIterator[ResponseUrls]:
    urls = ResponseUrls()
    yield urls
    await urls.aclose()


async def test_a_message_is_for_the_asker_or_for_the_channel(
    slack: LocalSlack, replies: ResponseUrls
) -> None:
    typed = await slack.command()
    await replies.send(typed.response_url, GOOD, to=Audience.ASKER)
    assert (await typed.answer(1)).ephemeral_to == "U0MEMBER"
    await replies.send(typed.response_url, GOOD, to=Audience.CHANNEL)
    assert (await typed.answer(2)).ephemeral_to is None
    assert not typed.refusals


async def test_refused_blocks_are_said_once_more_in_words_alone(
    slack: LocalSlack, replies: ResponseUrls
) -> None:
    typed = await slack.command()
    await replies.send(typed.response_url, BAD, to=Audience.ASKER)
    assert [refused.error for refused in typed.refusals] == ["invalid_blocks"]
    (message,) = typed.messages
    assert message.text == "all in words"
    assert not message.blocks


async def test_a_used_up_address_is_a_refusal(slack: LocalSlack, replies: ResponseUrls) -> None:
    typed = await slack.command()
    for _ in range(5):
        await replies.send(typed.response_url, GOOD, to=Audience.ASKER)
    with pytest.raises(SlackRefused) as caught:
        await replies.send(typed.response_url, GOOD, to=Audience.ASKER)
    assert caught.value.code == "used_url"
    assert typed.response_url not in str(caught.value)


@pytest.mark.parametrize("fault", ["500_after_accept", "reset_after_accept"])
async def test_what_slack_may_have_taken_is_never_sent_twice(
    slack: LocalSlack, replies: ResponseUrls, fault: str
) -> None:
    typed = await slack.command()
    slack.faults.switch_on(fault, on="commands")
    with pytest.raises(SlackUnreachable) as caught:
        await replies.send(typed.response_url, GOOD, to=Audience.ASKER)
    assert typed.response_url not in str(caught.value)
    assert len(typed.messages) == 1


async def test_a_slack_that_is_gone_is_said_to_be(slack: LocalSlack, replies: ResponseUrls) -> None:
    typed = await slack.command()
    async with slack.away():
        with pytest.raises(SlackUnreachable):
            await replies.send(typed.response_url, GOOD, to=Audience.ASKER)


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://127.0.0.1/x"])
async def test_an_address_that_is_none_is_an_error_of_slacks(
    replies: ResponseUrls, url: str
) -> None:
    with pytest.raises(SlackUnreachable):
        await replies.send(url, GOOD, to=Audience.ASKER)
