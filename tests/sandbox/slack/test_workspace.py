"""What a workspace keeps, and who sees it."""

from bot.sandbox.slack import BOT_USER_ID, UserKind, default_workspace
from bot.sandbox.slack.workspace import Draft


def test_the_default_workspace_is_as_it_is_described() -> None:
    workspace = default_workspace()
    inside = {one.id for one in workspace.channels.values() if BOT_USER_ID in one.members}
    assert inside == {"C0EVALS", "C0SHARED", "C0OLD", "D0MEMBER"}
    assert {user.kind for user in workspace.users.values()} == set(UserKind)
    assert workspace.users["U0STRANGER"].team_id == "T0OTHER"


def test_times_of_messages_never_repeat_though_the_clock_stands_still() -> None:
    workspace = default_workspace()
    posted = [
        workspace.post(Draft(text="x"), channel="C0EVALS", author=BOT_USER_ID, at=1000.5)
        for _ in range(3)
    ]
    assert [message.ts for message in posted] == ["1000.500000", "1000.500001", "1000.500002"]


def test_ephemeral_messages_are_seen_by_one_and_kept_for_nobody() -> None:
    workspace = default_workspace()
    private = workspace.post(
        Draft(text="x"), channel="C0EVALS", author=BOT_USER_ID, at=1.0, ephemeral_to="U0GUEST"
    )
    assert workspace.seen_by("U0GUEST", "C0EVALS") == [private]
    assert workspace.seen_by("U0ADMIN", "C0EVALS") == []
    assert workspace.message("C0EVALS", private.ts) is None


def test_an_edit_of_an_old_version_edits_the_present_one() -> None:
    workspace = default_workspace()
    first = workspace.post(Draft(text="1"), channel="C0EVALS", author=BOT_USER_ID, at=1.0)
    workspace.edit(first, Draft(text="2"), at=2.0)
    third = workspace.edit(first, Draft(text="3"), at=3.0)
    assert [version.text for version in third.edits] == ["1", "2"]
    assert workspace.messages == [third]
