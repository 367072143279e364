"""Modals and App Home: triggers, limits, and the errors of each."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack, check_view

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
INPUT = {
    "type": "input",
    "label": {"type": "plain_text", "text": "x"},
    "element": {"type": "plain_text_input"},
}


def modal(*blocks: Any, **more: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "x"}
    return {"type": "modal", "title": title, "blocks": list(blocks or [SECTION]), **more}


async def test_a_trigger_opens_one_view(slack: LocalSlack, client: AsyncWebClient) -> None:
    trigger = (await slack.command()).trigger_id
    opened = await client.views_open(trigger_id=trigger, view=modal(private_metadata="secret"))
    assert opened["view"]["private_metadata"] == "secret"
    assert opened["view"]["blocks"][0]["block_id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal())


async def test_a_trigger_lives_for_three_seconds(
    slack: LocalSlack, client: AsyncWebClient, clock: Any
) -> None:
    trigger = (await slack.command()).trigger_id
    clock.seconds += 3.1
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal())
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_open(trigger_id="made up", view=modal())


async def test_a_view_is_updated_by_its_id_and_its_hash(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    trigger = (await slack.command()).trigger_id
    view = (await client.views_open(trigger_id=trigger, view=modal(external_id="e")))["view"]
    newer = await client.views_update(view_id=view["id"], view=modal(callback_id="two"))
    assert newer["view"]["callback_id"] == "two"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0NONE", view=modal())


async def test_an_external_id_is_used_once(slack: LocalSlack, client: AsyncWebClient) -> None:
    first, second = [(await slack.command()).trigger_id for _ in range(2)]
    view = (await client.views_open(trigger_id=first, view=modal(external_id="e")))["view"]
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_open(trigger_id=second, view=modal(external_id="e"))
    assert (await client.views_update(external_id="e", view=modal()))["view"]["id"] == view["id"]


async def test_a_home_tab_is_published_for_one_person(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    home = {"type": "home", "blocks": [SECTION]}
    await client.views_publish(user_id="U0MEMBER", view=home)
    published = await client.views_publish(user_id="U0MEMBER", view=home)
    assert list(slack._state.views) == [published["view"]["id"]]
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.views_publish(user_id="U0NOBODY", view=home)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_publish(user_id="U0MEMBER", view=modal())


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ({"type": "window"}, "unsupported type: window [json-pointer:/view/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        (modal(title={"type": "plain_text", "text": "x" * 25}), "must be less than 25 characters"),
        (modal(submit={"type": "plain_text", "text": "x" * 25}), "less than 25 characters"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(callback_id="x" * 256), "must be less than 256 characters"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed"),
        (modal(INPUT), "missing required field: submit"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal(blocks="x"), "must provide an array"),
        (modal(size="big"), "invalid additional property: size"),
    ],
)
def test_a_view_has_limits_of_its_own(view: Any, words: str) -> None:
    assert words in "\n".join(map(str, check_view(view, "/view")))


async def test_a_view_too_large_has_its_own_error(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    trigger = (await slack.command()).trigger_id
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_open(trigger_id=trigger, view=modal(*[long] * 90))
