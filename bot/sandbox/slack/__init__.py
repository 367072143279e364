"""A strict local Slack: it talks as Slack does, over real sockets, and refuses what it refuses."""

from bot.sandbox.slack.blocks import Refused, refuse_message
from bot.sandbox.slack.faults import FAULTS, Fault, Faults
from bot.sandbox.slack.interaction import Ack, AnswerRefused, Interaction
from bot.sandbox.slack.ledger import Entry, Ledger
from bot.sandbox.slack.mentions import live_mentions
from bot.sandbox.slack.mrkdwn import Look
from bot.sandbox.slack.rules import Problem
from bot.sandbox.slack.server import LocalSlack
from bot.sandbox.slack.state import InstalledApp
from bot.sandbox.slack.terminal import Control, Rendering, render
from bot.sandbox.slack.views import check_view
from bot.sandbox.slack.workspace import (
    BOT_USER_ID,
    TEAM_ID,
    Channel,
    ChannelKind,
    Message,
    User,
    UserKind,
    Workspace,
    default_workspace,
)

__all__ = [
    "BOT_USER_ID",
    "FAULTS",
    "TEAM_ID",
    "Ack",
    "AnswerRefused",
    "Channel",
    "ChannelKind",
    "Control",
    "Entry",
    "Fault",
    "Faults",
    "InstalledApp",
    "Interaction",
    "Ledger",
    "LocalSlack",
    "Look",
    "Message",
    "Problem",
    "Refused",
    "Rendering",
    "User",
    "UserKind",
    "Workspace",
    "check_view",
    "default_workspace",
    "live_mentions",
    "refuse_message",
    "render",
]
