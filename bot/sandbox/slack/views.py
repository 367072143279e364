"""Modals and App Home: the Web API's ``views.*`` methods, and what a view may be.

https://docs.slack.dev/reference/methods/views.open and its neighbours
"""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.blocks import HOME_BLOCKS, MODAL_BLOCKS, check_blocks, with_ids
from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.elements import plain
from bot.sandbox.slack.rules import Problem, Rule, boolean, kinds, record, string
from bot.sandbox.slack.state import Refusal
from bot.sandbox.slack.workspace import BOT_ID, TEAM_ID

# https://docs.slack.dev/reference/views/modal-views
BLOCKS_PER_VIEW = 100
VIEW_TITLE_CHARS = 24
CALLBACK_ID_CHARS = 255
PRIVATE_METADATA_CHARS = 3000
# https://docs.slack.dev/reference/methods/views.open: view_too_large
VIEW_BYTES = 250_000


def _blocks(known: dict[str, Rule]) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, list):
            yield from check_blocks(value, known, most=BLOCKS_PER_VIEW, at=at)
        else:
            yield Problem("must provide an array", at)

    return rule


def _inputs_can_be_sent(value: Any, at: str) -> Iterator[Problem]:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        yield Problem("missing required field: submit", at)


_COMMON: dict[str, Rule] = {
    "callback_id": string(least=0, most=CALLBACK_ID_CHARS),
    "private_metadata": string(least=0, most=PRIVATE_METADATA_CHARS),
    "external_id": string(least=0, most=CALLBACK_ID_CHARS),
}
_VIEW = kinds(
    {
        "modal": record(
            _inputs_can_be_sent,
            required={"title": plain(VIEW_TITLE_CHARS), "blocks": _blocks(MODAL_BLOCKS)},
            optional={
                **_COMMON,
                "submit": plain(VIEW_TITLE_CHARS),
                "close": plain(VIEW_TITLE_CHARS),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
        ),
        "home": record(required={"blocks": _blocks(HOME_BLOCKS)}, optional=_COMMON),
    }
)


def check_view(view: Any, at: str) -> list[Problem]:
    """Everything wrong with a view that stands at ``at``."""
    return list(_VIEW(view, at))


def _given_view(call: Call, *, kind: str) -> dict[str, Any]:
    view = call.json("view", error="invalid_arguments")
    problems = check_view(view, "/view")
    if not problems and view["type"] != kind:
        problems = [Problem(f"unsupported type: {view['type']}", "/view/type")]
    if problems:
        messages = {"messages": [f"[ERROR] {problem}" for problem in problems]}
        raise Refusal("invalid_arguments", response_metadata=messages)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    return dict(view)


def _store(call: Call, view: dict[str, Any], *, view_id: str) -> dict[str, Any]:
    external = view.get("external_id")
    others = [other for key, other in call.state.views.items() if key != view_id]
    if external and any(other["external_id"] == external for other in others):
        raise Refusal("duplicate_external_id")
    stored = {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        **view,
        "blocks": list(with_ids(view["blocks"], call.state.workspace.new_id)),
        "id": view_id,
        "team_id": TEAM_ID,
        "app_id": call.state.app.app_id,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "root_view_id": view_id,
        "state": {"values": {}},
        "hash": f"{call.state.now():.0f}.{call.state.workspace.new_id()}",
    }
    call.state.views[view_id] = stored
    return {"view": stored}


def _fits_hash(call: Call, stored: dict[str, Any]) -> None:
    if call.text("hash") not in {"", stored["hash"]}:
        raise Refusal("hash_conflict")


def _open(call: Call) -> dict[str, Any]:
    view = _given_view(call, kind="modal")
    call.state.triggers.exchange(call.text("trigger_id"), at=call.state.now())
    return _store(call, view, view_id=f"V0{call.state.workspace.new_id()}")


def _update(call: Call) -> dict[str, Any]:
    for view_id, stored in call.state.views.items():
        wanted = call.text("view_id") or None, call.text("external_id") or None
        if view_id == wanted[0] or (wanted[1] and stored["external_id"] == wanted[1]):
            _fits_hash(call, stored)
            return _store(call, _given_view(call, kind="modal"), view_id=view_id)
    raise Refusal("not_found")


def _publish(call: Call) -> dict[str, Any]:
    user = call.text("user_id")
    if user not in call.state.workspace.users:
        raise Refusal("user_not_found")
    view_id = f"V0HOME{user}"
    _fits_hash(call, call.state.views.get(view_id, {"hash": call.text("hash")}))
    return _store(call, _given_view(call, kind="home"), view_id=view_id)


VIEWS: dict[str, Method] = {
    "views.open": _open,
    "views.update": _update,
    "views.publish": _publish,
}
