"""The workspace that the bot is installed in, as Slack tells it."""

from dataclasses import dataclass
from enum import StrEnum


class Guests(StrEnum):
    """What guests and people of other organisations may do. They never change anything."""

    DENY = "deny"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Who we are in Slack: the answer of ``auth.test``.

    Attributes:
        team_id: ``T…``.
        enterprise_id: ``E…`` where the workspace belongs to an organisation, else None.
        bot_user_id: ``U…``, the user that posts.
        bot_id: ``B…``.
        name: the workspace's own name (foreign text).
        scopes: what the token may do; empty when Slack did not say.
    """

    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str
    name: str = ""
    scopes: frozenset[str] = frozenset()

    def is_home_of(self, team_id: str | None) -> bool:
        """Whether somebody of that team belongs here. In an organisation it may be an ``E…`` id."""
        return team_id is not None and team_id in {self.team_id, self.enterprise_id}
