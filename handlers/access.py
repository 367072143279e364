"""Who may do what: members everything, others at most look. In doubt, no.

In a channel shared with another organisation its people see our messages and can press our
buttons, so the team is checked on every action.
https://docs.slack.dev/apis/slack-connect
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.domain.errors import AccessDenied
from bot.domain.workspace import Guests, Workspace
from bot.ports import People

_STRANGER = "Only people of the workspace that installed this bot can use it."
_GUEST_LOOKS = (
    "Guests cannot use this bot here. Ask a member to share what you need, or whoever runs the "
    "bot to set EVALS_GUESTS=look."
)
_MEMBERS_CHANGE = "Only full members of this workspace can post or change things for a channel."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who typed or pressed: ids as Slack gave them."""

    user_id: str
    team_id: str | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read a command's or an interaction's payload."""
        user = body.get("user")
        if isinstance(user, Mapping):
            return cls(user_id=str(user.get("id") or ""), team_id=user.get("team_id"))
        return cls(user_id=str(body.get("user_id") or ""), team_id=body.get("team_id"))


class Access:
    """The rules. Rights are looked up at each press, so a stale button gives nobody more."""

    def __init__(self, people: People, workspace: Workspace, guests: Guests) -> None:
        self._people = people
        self._workspace = workspace
        self._guests = guests

    async def to_look(self, person: Person) -> None:
        """Check that this person may look.

        Raises:
            AccessDenied: no.
            SlackError: Slack did not say who that is.
        """
        if self._guests is Guests.LOOK:
            return
        self._check_team(person)
        if not await self._people.is_member(person.user_id):
            raise AccessDenied(_GUEST_LOOKS)

    async def to_change(self, person: Person) -> None:
        """Check that this person may post for others or change anything.

        Raises:
            AccessDenied: no.
            SlackError: Slack did not say who that is.
        """
        self._check_team(person)
        if not await self._people.is_member(person.user_id):
            raise AccessDenied(_MEMBERS_CHANGE)

    def _check_team(self, person: Person) -> None:
        if not self._workspace.is_home_of(person.team_id):
            raise AccessDenied(_STRANGER)
