"""Which mentions are live, and which only look like it."""

from typing import Any

import pytest

from bot.sandbox.slack.mentions import live_mentions


def section(text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}]


@pytest.mark.parametrize(
    "token", ["<!channel>", "<!here|here>", "<!everyone>", "<@U1>", "<@W1|a>", "<!subteam^S1|@x>"]
)
def test_tokens_call_people_in_text_and_in_mrkdwn(token: str) -> None:
    assert live_mentions(f"a {token} b", []) == (token,)
    assert live_mentions("", section(token, verbatim=True)) == (token,)


def test_escaped_tokens_dates_links_and_channels_call_nobody() -> None:
    quiet = "&lt;!channel&gt; <!date^1^{date}|x> <https://x.example|@channel> <#C1|x>"
    assert live_mentions(quiet, section(quiet, verbatim=True)) == ()


def test_a_bare_at_channel_is_live_only_where_slack_parses_names() -> None:
    assert live_mentions("@channel", []) == ()
    assert live_mentions("@channel", [], parses_names=True) == ("@channel",)
    assert live_mentions("", section("@here", verbatim=True)) == ()
    assert live_mentions("", section("@here")) == ("@here",)
    assert live_mentions("", section("me@here.example")) == ()


def test_plain_text_calls_nobody() -> None:
    header = [{"type": "header", "text": {"type": "plain_text", "text": "<!channel> @here"}}]
    assert live_mentions("", header) == ()


def test_elements_of_rich_text_call_people() -> None:
    elements = [
        {"type": "user", "user_id": "U1"},
        {"type": "broadcast", "range": "here"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "text", "text": "<!channel>"},
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    assert live_mentions("", [block]) == ("<@U1>", "<!here>", "<!subteam^S1>")
