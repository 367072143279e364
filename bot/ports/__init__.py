"""What the bot needs from the world, as protocols. Adapters fit them, fakes stand in for them."""

from bot.ports.slack import Audience, Notifier, People, Posted, Replies, Room
from bot.ports.store import Changes, Known, Mute, Outbox, Polls, Queue, Store, Upkeep, WatchBook
from bot.ports.time import Clock
from bot.ports.together import Evaluations

__all__ = [
    "Audience",
    "Changes",
    "Clock",
    "Evaluations",
    "Known",
    "Mute",
    "Notifier",
    "Outbox",
    "People",
    "Polls",
    "Posted",
    "Queue",
    "Replies",
    "Room",
    "Store",
    "Upkeep",
    "WatchBook",
]
