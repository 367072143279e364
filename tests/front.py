"""The real Bolt app with every port faked: what is dispatched, and what was answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack import web_client
from bot.app import Bot, Parts, build
from bot.domain.pace import Pace
from bot.domain.workspace import Guests, Workspace
from bot.ports import Audience
from bot.rendering.kit import Message
from bot.settings import Settings
from tests import payloads
from tests.fake_notifier import FakeNotifier
from tests.fake_store import FakeStore
from tests.fakes import FakeClock, FakeEvaluations, FakePeople, FakeReplies, settle

WORKSPACE = Workspace(
    team_id=payloads.TEAM, enterprise_id=None, bot_user_id=payloads.BOT, bot_id="B0EVALS"
)


@dataclass
class Front:
    """The bot behind its handlers."""

    bot: Bot
    evaluations: FakeEvaluations
    replies: FakeReplies
    people: FakePeople
    store: FakeStore
    notifier: FakeNotifier
    clock: FakeClock

    async def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        response = await self.bot.slack_app.async_dispatch(
            AsyncBoltRequest(mode="socket_mode", body=body)
        )
        await settle()
        return response

    async def command(self, text: str, **more: Any) -> BoltResponse:
        return await self.dispatch(payloads.command(text, **more))

    async def press(self, action_id: str, value: str = "", **more: Any) -> BoltResponse:
        return await self.dispatch(payloads.press(action_id, value, **more))

    @property
    def last(self) -> tuple[Message, Audience]:
        _, message, to = self.replies.sent[-1]
        return message, to


@asynccontextmanager
async def front(
    *, evaluations: FakeEvaluations | None = None, guests: Guests = Guests.DENY
) -> AsyncIterator[Front]:
    """A bot whose workspace has one member."""
    parts = Front.__new__(Front)
    parts.evaluations = evaluations or FakeEvaluations()
    parts.replies = FakeReplies()
    parts.people = FakePeople(members=[payloads.MEMBER])
    parts.clock = FakeClock()
    parts.store = FakeStore(parts.clock)
    parts.notifier = FakeNotifier(clock=parts.clock)
    parts.bot = build(
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            slack_bot_token=SecretStr("xoxb-made-up"),
            slack_app_token=SecretStr("xapp-made-up"),
            together_api_key=SecretStr("key-made-up"),
            evals_guests=guests,
        ),
        workspace=WORKSPACE,
        client=web_client("xoxb-made-up", api_url="http://127.0.0.1:9/api/"),
        parts=Parts(
            evaluations=parts.evaluations,
            replies=parts.replies,
            people=parts.people,
            store=parts.store,
            notifier=parts.notifier,
            clock=parts.clock,
            pace=Pace(),
        ),
    )
    yield parts
    await parts.bot.work.drain(timeout_seconds=0)
