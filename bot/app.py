"""The composition root: every part made and joined, here and nowhere else."""

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.adapters.clock import SystemClock
from bot.adapters.metering import MeteredEvaluations, MeteredNotifier, MeteredReplies, Meters
from bot.adapters.notifier import SlackNotifier
from bot.adapters.response_urls import ResponseUrls
from bot.adapters.slack import SlackPeople, web_client
from bot.adapters.store import open_store
from bot.adapters.together import TogetherClient
from bot.domain.errors import BotError
from bot.domain.pace import Pace
from bot.domain.workspace import Workspace
from bot.ports import Clock, Evaluations, Notifier, People, Replies, Store
from bot.services.answers import Answers
from bot.services.delivery import Delivery
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup
from bot.services.polling import Poller, PollReport
from bot.services.rounds import Rounds
from bot.services.sharing import SharedEvaluations
from bot.services.watching import Watching
from bot.settings import Settings, TogetherSettings
from handlers.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the bot is made of towards the world; tests put their own in."""

    evaluations: Evaluations
    replies: Replies
    people: People
    store: Store
    notifier: Notifier
    clock: Clock
    pace: Pace


Refit = Callable[[Parts], Parts]
"""Puts other parts in the place of some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The bot, joined and not yet connected to anything.

    Attributes:
        slack_app: takes commands and actions from either transport.
        work: what was acknowledged and is still to be answered.
        rounds, delivery: what makes notices, and what sends them.
        watching: who wants to know what.
    """

    slack_app: AsyncApp
    work: Work
    rounds: Rounds
    delivery: Delivery
    watching: Watching
    parts: Parts


async def real_parts(
    settings: Settings, *, client: AsyncWebClient, workspace: Workspace, stack: AsyncExitStack
) -> Parts:
    """The parts that lead to Slack, Together and the database; ``stack`` lets go of them.

    Raises:
        SettingsError: the database cannot be used.
    """
    clock = SystemClock()
    pace = Pace().scaled(settings.evals_pace)
    evaluations, replies = together_client(settings, clock), ResponseUrls()
    store = await open_store(settings.database_url.get_secret_value(), clock=clock)
    for part in (store, evaluations, replies):
        stack.push_async_callback(part.aclose)
    return Parts(
        evaluations=evaluations,
        replies=replies,
        people=SlackPeople(client, workspace, clock),
        store=store,
        notifier=SlackNotifier(client, deadline_seconds=pace.deadline),
        clock=clock,
        pace=pace,
    )


def build(
    settings: Settings,
    *,
    workspace: Workspace,
    client: AsyncWebClient,
    parts: Parts,
    meters: Meters | None = None,
) -> Bot:
    """Join the parts. Needs a running loop."""

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
    meters = meters or Meters()
    evaluations = MeteredEvaluations(parts.evaluations, meters)
    notifier = MeteredNotifier(parts.notifier, meters)
    store, clock = parts.store, parts.clock
    delivery = Delivery(
        store,
        notifier,
        clock,
        parts.pace,
        settings.evals_in_doubt,
        on_outcome=lambda kind, reason: meters.notices.labels(kind=kind, outcome=reason).inc(),
    )
    rounds = Rounds(
        Poller(evaluations, store, clock),
        store,
        clock,
        holder=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        seconds=settings.evals_poll_seconds,
        operators=settings.evals_channel[:1],
        tell=_counting(meters),
        wake=delivery.wake,
    )
    shared = SharedEvaluations(evaluations, clock)
    lookup = Lookup(shared, clock)
    watching = Watching(store, notifier, parts.people, lookup, wake=delivery.wake)
    transport = "Socket Mode" if settings.socket_mode else "HTTP"
    health = HealthCheck(shared, clock, transport=transport, rounds=rounds, outbox=store)
    work = handlers.register(
        slack_app,
        handlers.Services(
            lookup=lookup,
            answers=Answers(lookup, health),
            replies=MeteredReplies(parts.replies, meters),
            people=parts.people,
            workspace=workspace,
            guests=settings.evals_guests,
            clock=clock,
            watching=watching,
        ),
    )
    return Bot(
        slack_app=slack_app,
        work=work,
        rounds=rounds,
        watching=watching,
        delivery=delivery,
        parts=parts,
    )


def _counting(meters: Meters) -> Callable[[PollReport | BotError], None]:
    def tell(told: PollReport | BotError) -> None:
        if isinstance(told, BotError):
            meters.polls.labels(outcome=type(told).__name__).inc()
            return
        meters.polls.labels(outcome="ok").inc()
        meters.last_poll.set_to_current_time()
        meters.saturated.set(told.saturated)
        for reason, number in told.transitions.items():
            meters.transitions.labels(reason=reason).inc(number)

    return tell


def together_client(settings: TogetherSettings, clock: Clock) -> TogetherClient:
    """Together, as the settings say."""
    return TogetherClient(
        base_url=settings.together_base_url,
        api_key=settings.together_api_key.get_secret_value(),
        clock=clock,
    )
