"""Response URLs: five uses within thirty minutes, and what each use does.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses

Not published, and decided here: a URL beyond its uses or its time answers HTTP 404 with
``used_url`` or ``expired_url``; every use counts, a refused one too. Clients in the field report
refusals as HTTP 200 with the error in the body, bare or as JSON: a command's URL answers ``ok`` or
the bare code, an action's answers JSON, so an app has to read both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.slack.blocks import Refused, refuse_message
from bot.sandbox.slack.calls import Call
from bot.sandbox.slack.chat import draft_of
from bot.sandbox.slack.ledger import ACCEPTED, Entry
from bot.sandbox.slack.state import Refusal, State
from bot.sandbox.slack.web_api import Reply
from bot.sandbox.slack.workspace import BOT_USER_ID, TEAM_ID, Draft, Message

USES = 5
LIFE_SECONDS = 30 * 60

Origin = Literal["commands", "actions"]
Outcome = Message | Refused


@dataclass(slots=True, kw_only=True)
class _Url:
    origin: Origin
    channel: str
    user: str
    pressed: Message | None
    born: float
    tell: Callable[[Outcome], None]
    uses: int = 0


class ResponseUrls:
    """Every response URL that was given out, by its key."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._urls: dict[str, _Url] = {}

    def create(
        self,
        *,
        channel: str,
        user: str,
        pressed: Message | None,
        tell: Callable[[Outcome], None],
    ) -> str:
        """The path of a new URL. ``pressed`` is the message whose control was used, if one was.

        ``tell`` hears of each message that the URL makes, and of each refusal.
        """
        origin: Origin = "commands" if pressed is None else "actions"
        key = f"{origin}/{TEAM_ID}/{self._state.workspace.new_id()}/secret"
        self._urls[key] = _Url(
            origin=origin,
            channel=channel,
            user=user,
            pressed=pressed,
            born=self._state.now(),
            tell=tell,
        )
        return key

    def use(self, key: str, body: Any) -> Reply:
        """One POST. ``body`` is the JSON that was sent, or None when it was none."""
        url = self._urls.get(key)
        if url is None:
            return _gone("invalid_url")
        if self._state.now() - url.born > LIFE_SECONDS:
            return _gone("expired_url")
        if url.uses >= USES:
            return _gone("used_url")
        url.uses += 1
        if not isinstance(body, dict):
            return Reply(status=400, body="invalid_payload", outcome="invalid_payload")
        outcome = self._apply(url, body)
        if isinstance(outcome, Refused):
            refusal = outcome.body() if url.origin == "actions" else outcome.error
            return Reply(body=refusal, outcome=outcome.error)
        done: dict[str, Any] | str = {"ok": True} if url.origin == "actions" else "ok"
        return Reply(body=done, message=outcome)

    def acknowledge(self, key: str, body: dict[str, Any]) -> None:
        """A command's acknowledgement that holds a message; it costs no use."""
        outcome = self._apply(self._urls[key], body)
        self._state.ledger.write(
            Entry(
                at=self._state.now(),
                method="ack",
                arguments=body,
                outcome=outcome.error if isinstance(outcome, Refused) else ACCEPTED,
                message=None if isinstance(outcome, Refused) else outcome,
            )
        )

    def _apply(self, url: _Url, body: dict[str, Any]) -> Message | Refused | None:
        outcome = self._outcome(url, body)
        if outcome is not None:
            url.tell(outcome)
        return outcome

    def _outcome(self, url: _Url, body: dict[str, Any]) -> Message | Refused | None:
        now, workspace = self._state.now(), self._state.workspace
        # A command has no original: there replace_original posts a second message.
        # https://github.com/slackapi/bolt-js/issues/2287
        original = url.pressed
        if original is not None and body.get("delete_original") is True:
            return workspace.delete(original, at=now)
        if original is None and body == {"response_type": "in_channel"}:
            return None  # alone it shows the command that was typed, and no more
        draft = self._draft(body)
        if isinstance(draft, Refused):
            return draft
        if original is not None and body.get("replace_original") is True:
            return workspace.edit(original, draft, at=now)
        is_public = body.get("response_type") == "in_channel"
        return workspace.post(
            draft,
            channel=url.channel,
            author=BOT_USER_ID,
            at=now,
            thread_ts=body.get("thread_ts"),
            ephemeral_to=None if is_public else url.user,
        )

    def _draft(self, body: dict[str, Any]) -> Draft | Refused:
        call = Call(state=self._state, arguments=body)
        refused = refuse_message(text=call.text("text"), blocks=body.get("blocks"))
        if refused is not None:
            return refused
        try:
            return draft_of(call)
        except Refusal as refusal:
            return Refused(refusal.error)


def _gone(error: str) -> Reply:
    return Reply(status=404, body={"ok": False, "error": error}, outcome=error)
