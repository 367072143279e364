"""The Web API without its socket: tokens, dispatch, and the methods that belong to no family.

https://docs.slack.dev/apis/web-api
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.blocks import BLOCKS_PER_MESSAGE, MESSAGE_BLOCKS, check_blocks
from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.chat import CHAT
from bot.sandbox.slack.conversations import CONVERSATIONS
from bot.sandbox.slack.ledger import ACCEPTED
from bot.sandbox.slack.rules import Problem
from bot.sandbox.slack.state import Refusal, State
from bot.sandbox.slack.views import VIEWS, check_view
from bot.sandbox.slack.workspace import BOT_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call as it came over HTTP.

    Attributes:
        arguments: of the form, the query or the JSON body, without the token.
        token: the token, or None; ``in_header`` says where it was.
        is_json: the body was JSON, where Slack looks for no token.
    """

    method: str
    arguments: dict[str, Any]
    token: str | None = None
    in_header: bool = True
    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back; ``outcome`` and ``message`` are for the ledger."""

    status: int = 200
    body: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)
    outcome: str = ACCEPTED
    message: Message | None = None


class WebApi:
    """Answers one request at a time. ``open_socket`` gives the address of a new socket."""

    def __init__(self, state: State, *, open_socket: Callable[[], str]) -> None:
        self._state = state
        self._open_socket = open_socket
        self._methods: dict[str, Method] = {
            **CHAT,
            **CONVERSATIONS,
            **VIEWS,
            "auth.test": _auth_test,
        }
        self._open_methods: dict[str, Method] = {
            "api.test": _api_test,
            "blocks.validate": _blocks_validate,
        }

    def answer(self, request: Request) -> Reply:
        """Carry out one call. Slack's own refusals are HTTP 200 with ``ok`` false, but for 429."""
        call = Call(state=self._state, arguments=request.arguments)
        headers = self._scope_header(request)
        try:
            body = self._run(request, call)
        except Refusal as refusal:
            return Reply(
                status=refusal.status,
                body=refusal.body,
                headers={**headers, **refusal.headers},
                outcome=refusal.error,
            )
        return Reply(body={"ok": True, **body}, headers=headers, message=call.message)

    def _run(self, request: Request, call: Call) -> dict[str, Any]:
        app = self._state.app
        if request.method in self._open_methods:
            if request.is_json and request.method == "blocks.validate":
                # Seen with the real one: it reads forms and no JSON.
                raise _exactly_one()
            return self._open_methods[request.method](call)
        is_known = request.method in self._methods or request.method == "apps.connections.open"
        if not is_known:
            raise Refusal("unknown_method")
        if request.token is None:
            raise Refusal("not_authed")
        if request.token not in {app.bot_token, app.app_token}:
            raise Refusal("invalid_auth")
        is_app_token = request.token == app.app_token
        if request.method == "apps.connections.open":
            return self._connections_open(request, is_app_token=is_app_token)
        if is_app_token and request.method == "auth.test":
            return {"app_name": "evals", "app_id": app.app_id}
        if is_app_token:
            raise Refusal("not_allowed_token_type")
        return self._methods[request.method](call)

    def _connections_open(self, request: Request, *, is_app_token: bool) -> dict[str, Any]:
        """https://docs.slack.dev/reference/methods/apps.connections.open: token in the header."""
        if not request.in_header:
            raise Refusal("not_authed")
        if not is_app_token:
            raise Refusal("not_allowed_token_type")
        granted = self._state.app.app_scopes
        if "connections:write" not in granted:
            provided = ",".join(sorted(granted))
            raise Refusal("missing_scope", needed="connections:write", provided=provided)
        return {"url": self._open_socket()}

    def _scope_header(self, request: Request) -> dict[str, str]:
        app = self._state.app
        scopes = {app.bot_token: app.scopes, app.app_token: app.app_scopes}
        if request.token not in scopes:
            return {}
        return {"x-oauth-scopes": ",".join(sorted(scopes[request.token]))}


def _auth_test(call: Call) -> dict[str, Any]:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_DOMAIN,
        "user": call.state.workspace.users[BOT_USER_ID].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _api_test(call: Call) -> dict[str, Any]:
    if error := call.text("error"):
        raise Refusal(error, args=call.arguments)
    return {"args": call.arguments}


def _exactly_one() -> Refusal:
    words = "must provide exactly one of `blocks`, `view`, or `message`"
    return Refusal("invalid_arguments", response_metadata={"messages": [words]})


def _blocks_validate(call: Call) -> dict[str, Any]:
    # https://docs.slack.dev/reference/methods/blocks.validate
    given = [name for name in ("blocks", "view", "message") if name in call.arguments]
    if len(given) != 1:
        raise _exactly_one()
    (kind,) = given
    value = call.json(kind, error="invalid_arguments")
    checks = {"blocks": _block_problems, "view": check_view, "message": _message_problems}
    problems = checks[kind](value, "")
    if problems:
        errors = [
            {"code": "failed_constraint", "message": one.message, "pointer": one.pointer}
            for one in problems
        ]
        raise Refusal(f"invalid_{kind}", errors=errors)
    return {}


def _block_problems(value: Any, at: str) -> list[Problem]:
    if not isinstance(value, list):
        return [Problem("must provide an array", at)]
    return list(check_blocks(value, MESSAGE_BLOCKS, most=BLOCKS_PER_MESSAGE, at=at))


def _message_problems(value: Any, at: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem("must provide an object", at)]
    return _block_problems(value.get("blocks", []), f"{at}/blocks")
