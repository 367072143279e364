"""A running local Slack, and Slack's own client pointed at it."""

import time
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import InstalledApp, LocalSlack

SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "channels:read",
        "groups:read",
        "im:read",
        "channels:join",
        "channels:history",
        "groups:history",
        "im:history",
        "users:read",
    }
)


class Ahead:
    """A clock that runs with the real one, and can be put ahead of it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.seconds


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
async def slack(clock: Ahead) -> AsyncIterator[LocalSlack]:
    app = InstalledApp(scopes=SCOPES, now=clock)
    async with LocalSlack(app, ack_seconds=1) as running:
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])
