"""Slack's side of every use case: acknowledge, parse, one service call, answer."""

import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.domain.workspace import Guests, Workspace
from bot.ports import Clock, People, Replies
from bot.services.answers import Answers
from bot.services.lookup import Lookup
from bot.services.watching import Watching
from handlers.access import Access
from handlers.actions import Actions
from handlers.commands import COMMAND, Commands
from handlers.desk import Desk
from handlers.errors import middleware_failed
from handlers.replays import Replays
from handlers.watching import INVITED, WatchControls
from handlers.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers need."""

    lookup: Lookup
    answers: Answers
    watching: Watching
    replies: Replies
    people: People
    workspace: Workspace
    guests: Guests
    clock: Clock


def register(app: AsyncApp, services: Services) -> Work:
    """Give ``app`` its listeners; return the work they start, which has to be drained."""
    work = Work()
    desk = Desk(work, services.replies, services.clock)
    access = Access(services.people, services.workspace, services.guests)
    actions = Actions(desk, access, services.lookup)
    watches = WatchControls(desk, access, services.watching, services.workspace)

    app.use(Replays(services.clock).drop)
    commands = Commands(desk, access, services.answers, services.watching)
    app.command(COMMAND)(commands.evals)
    app.event(INVITED)(watches.joined)
    for action_id, listener in {**actions.by_action_id(), **watches.by_action_id()}.items():
        app.action(action_id)(listener)
    # The last one takes whatever is left: without a listener Slack shows the person an error.
    app.action(re.compile(""))(actions.unknown)
    app.error(middleware_failed)
    return work
