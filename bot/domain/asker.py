"""Who asks for something that concerns a channel, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """One person in one channel, at one moment.

    Attributes:
        user_id: ``U…`` or ``W…``.
        channel: ``C…``, ``G…`` or ``D…``.
        is_in_group: the channel is a message between several people.
        trigger_id: Slack gives each to one command or press alone.
    """

    user_id: str
    channel: str
    is_in_group: bool = False
    trigger_id: str
