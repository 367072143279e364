"""The composition root: every part made and joined, here and nowhere else."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.adapters.clock import SystemClock
from bot.adapters.response_urls import ResponseUrls
from bot.adapters.slack import SlackPeople, web_client
from bot.adapters.together import TogetherClient
from bot.domain.workspace import Workspace
from bot.ports import Clock, Evaluations, People, Replies
from bot.services.answers import Answers
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup
from bot.services.sharing import SharedEvaluations
from bot.settings import Settings, TogetherSettings
from handlers.work import Work

_DRAIN_SECONDS = 20.0
"""Together's deadline: an answer that can still come, comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The bot, joined and not yet connected to anything.

    Attributes:
        slack_app: takes commands and actions from either transport.
        work: what was acknowledged and is still to be answered.
        owned: what ``close`` closes.
    """

    slack_app: AsyncApp
    work: Work
    owned: tuple[TogetherClient | ResponseUrls, ...]

    async def close(self) -> None:
        """Finish what is under way, then let go of every connection."""
        await self.work.drain(timeout_seconds=_DRAIN_SECONDS)
        for part in self.owned:
            await part.aclose()


def build(
    settings: Settings,
    *,
    workspace: Workspace,
    client: AsyncWebClient,
    evaluations: Evaluations | None = None,
    replies: Replies | None = None,
    people: People | None = None,
    clock: Clock | None = None,
) -> Bot:
    """Join the parts; each that is given stands in for the real one. Needs a running loop."""
    clock = clock or SystemClock()
    owned: list[TogetherClient | ResponseUrls] = []
    if evaluations is None:
        evaluations = together_client(settings, clock)
        owned.append(evaluations)
    if replies is None:
        replies = ResponseUrls()
        owned.append(replies)

    async def authorize() -> AuthorizeResult:
        """Who we are does not change while we run, so no request waits for ``auth.test``."""
        return AuthorizeResult(
            enterprise_id=workspace.enterprise_id,
            team_id=workspace.team_id,
            bot_token=client.token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user_id,
        )

    slack_app = AsyncApp(
        client=web_client(None, api_url=client.base_url),  # authorize brings the token
        authorize=authorize,
        process_before_response=True,  # see handlers.desk
        request_verification_enabled=False,  # adapters.slack_http has done it
    )
    shared = SharedEvaluations(evaluations, clock)
    lookup = Lookup(shared, clock)
    transport = "Socket Mode" if settings.socket_mode else "HTTP"
    work = handlers.register(
        slack_app,
        handlers.Services(
            lookup=lookup,
            answers=Answers(lookup, HealthCheck(shared, clock, transport=transport)),
            replies=replies,
            people=people or SlackPeople(client, workspace, clock),
            workspace=workspace,
            guests=settings.evals_guests,
            clock=clock,
        ),
    )
    return Bot(slack_app=slack_app, work=work, owned=tuple(owned))


def together_client(settings: TogetherSettings, clock: Clock) -> TogetherClient:
    """Together, as the settings say."""
    return TogetherClient(
        base_url=settings.together_base_url,
        api_key=settings.together_api_key.get_secret_value(),
        clock=clock,
    )
