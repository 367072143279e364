"""The watchdog of Socket Mode: a new connection when the old one stays down, then the end."""

import asyncio

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.adapters.clock import SystemClock
from bot.adapters.slack import web_client
from bot.adapters.socket_mode import GIVE_UP_SECONDS, RENEW_SECONDS, SocketMode
from bot.domain.errors import SlackUnreachable
from bot.sandbox.slack import InstalledApp, LocalSlack
from tests.fakes import FakeClock

APP = InstalledApp(scopes=frozenset({"commands"}))


def app_of(slack: LocalSlack) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0LOCAL", bot_token="xoxb-local")

    return AsyncApp(client=web_client(None, api_url=slack.api_url), authorize=authorize)


class Deaf(SocketMode):
    """A connection that never stands, and notes how often it was made anew."""

    made = 0

    async def open(self) -> None:
        type(self).made += 1
        await asyncio.Event().wait()

    async def is_connected(self) -> bool:
        return False


async def test_a_connection_opens_and_closes() -> None:
    async with LocalSlack(APP) as slack:
        socket = SocketMode(app_of(slack), app_token=APP.app_token, clock=SystemClock())
        await socket.open()
        assert await socket.is_connected()
        await socket.close()
        assert not await socket.is_connected()


async def test_what_stays_down_is_made_anew_and_then_given_up() -> None:
    async with LocalSlack(APP) as slack:
        clock = FakeClock()
        socket = Deaf(app_of(slack), app_token=APP.app_token, clock=clock)
        keeping = asyncio.create_task(socket.keep())
        await clock.advance(RENEW_SECONDS)
        assert Deaf.made == 0
        await clock.advance(10)
        assert Deaf.made == 1
        await clock.advance(GIVE_UP_SECONDS)
        with pytest.raises(SlackUnreachable):
            await keeping
        assert Deaf.made >= 4
        await socket.close()


async def test_what_is_connected_is_left_alone() -> None:
    async with LocalSlack(APP) as slack:
        clock = FakeClock()
        socket = SocketMode(app_of(slack), app_token=APP.app_token, clock=clock)
        await socket.open()
        keeping = asyncio.create_task(socket.keep())
        await clock.advance(3 * GIVE_UP_SECONDS)
        assert not keeping.done()
        keeping.cancel()
        await socket.close()
