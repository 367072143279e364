"""Block Kit's elements and composition objects, as rules.

https://docs.slack.dev/reference/block-kit/block-elements
https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.rules import (
    Problem,
    Rule,
    boolean,
    either,
    items,
    kinds,
    one_of,
    record,
    string,
    web_address,
    whole,
)

# https://docs.slack.dev/reference/block-kit/composition-objects/text-object
TEXT_CHARS = 3000
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_CHARS = 75
BUTTON_VALUE_CHARS = 2000
URL_CHARS = 3000
ACTION_ID_CHARS = 255
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
PLACEHOLDER_CHARS = 150
OPTIONS = 100
OPTION_GROUPS = 100
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_CHARS = 75
OPTION_VALUE_CHARS = 150
# https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object
GROUP_LABEL_CHARS = 75
# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
OVERFLOW_OPTIONS = 5
# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHOICES = 10
# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE_CHARS = 100
CONFIRM_TEXT_CHARS = 300
CONFIRM_BUTTON_CHARS = 30
# https://docs.slack.dev/reference/block-kit/block-elements/image-element
ALT_TEXT_CHARS = 2000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
INPUT_CHARS = 3000


def plain(most: int) -> Rule:
    """A plain_text object."""
    return kinds({"plain_text": _plain(most)})


def text(most: int = TEXT_CHARS) -> Rule:
    """A plain_text or mrkdwn object."""
    mrkdwn = record(required={"text": string(most=most)}, optional={"verbatim": boolean})
    return kinds({"plain_text": _plain(most), "mrkdwn": mrkdwn})


def _plain(most: int) -> Rule:
    return record(required={"text": string(most=most)}, optional={"emoji": boolean})


def _initial_is_offered(value: Any, at: str) -> Iterator[Problem]:
    if "initial_option" in value and value["initial_option"] not in _offered(value):
        yield Problem("initial_option must be one of the options", f"{at}/initial_option")


def _initials_are_offered(value: Any, at: str) -> Iterator[Problem]:
    for chosen in value.get("initial_options", ()):
        if chosen not in _offered(value):
            yield Problem("initial_options must be among the options", f"{at}/initial_options")


def _offered(value: Any) -> list[Any]:
    nested = [option for group in value.get("option_groups", ()) for option in group["options"]]
    return [*value.get("options", ()), *nested]


def _lengths_fit(value: Any, at: str) -> Iterator[Problem]:
    if value.get("min_length", 0) > value.get("max_length", INPUT_CHARS):
        yield Problem("min_length must not be greater than max_length", f"{at}/min_length")


_ACTION = {"action_id": string(most=ACTION_ID_CHARS)}
_FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
_CONFIRM = {
    "confirm": record(
        required={
            "title": plain(CONFIRM_TITLE_CHARS),
            "text": text(CONFIRM_TEXT_CHARS),
            "confirm": plain(CONFIRM_BUTTON_CHARS),
            "deny": plain(CONFIRM_BUTTON_CHARS),
        },
        optional={"style": one_of("primary", "danger")},
    )
}
_OPTION = record(
    required={"text": plain(OPTION_CHARS), "value": string(most=OPTION_VALUE_CHARS)},
    optional={"description": plain(OPTION_CHARS)},
)
# Radio buttons and checkboxes alone may format their labels.
_CHOICE = record(
    required={"text": text(OPTION_CHARS), "value": string(most=OPTION_VALUE_CHARS)},
    optional={"description": text(OPTION_CHARS)},
)
_OVERFLOW_OPTION = record(
    required={"text": plain(OPTION_CHARS), "value": string(most=OPTION_VALUE_CHARS)},
    optional={"description": plain(OPTION_CHARS), "url": web_address(most=URL_CHARS)},
)
_GROUP = record(
    required={"label": plain(GROUP_LABEL_CHARS), "options": items(_OPTION, most=OPTIONS)}
)

IMAGE_KEYS: dict[str, Rule] = {
    "image_url": web_address(most=URL_CHARS),
    "slack_file": record(
        either("id", "url"), optional={"id": string(most=255), "url": string(most=URL_CHARS)}
    ),
}
ALT_TEXT = string(most=ALT_TEXT_CHARS)

BUTTON = record(
    required={"text": plain(BUTTON_CHARS)},
    optional={
        **_ACTION,
        **_CONFIRM,
        "value": string(most=BUTTON_VALUE_CHARS),
        "url": web_address(most=URL_CHARS),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(most=BUTTON_CHARS),
    },
)
_STATIC_SELECT = record(
    either("options", "option_groups"),
    _initial_is_offered,
    optional={
        **_ACTION,
        **_CONFIRM,
        **_FOCUS,
        "placeholder": plain(PLACEHOLDER_CHARS),
        "options": items(_OPTION, most=OPTIONS),
        "option_groups": items(_GROUP, most=OPTION_GROUPS),
        "initial_option": _OPTION,
    },
)
_OVERFLOW = record(
    required={"options": items(_OVERFLOW_OPTION, most=OVERFLOW_OPTIONS)},
    optional={**_ACTION, **_CONFIRM},
)
_CHECKBOXES = record(
    _initials_are_offered,
    required={"options": items(_CHOICE, most=CHOICES)},
    optional={
        **_ACTION,
        **_CONFIRM,
        **_FOCUS,
        "initial_options": items(_CHOICE, most=CHOICES),
    },
)
_RADIO_BUTTONS = record(
    _initial_is_offered,
    required={"options": items(_CHOICE, most=CHOICES)},
    optional={**_ACTION, **_CONFIRM, **_FOCUS, "initial_option": _CHOICE},
)
_DISPATCH = record(
    optional={
        "trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), most=2)
    }
)
_PLAIN_TEXT_INPUT = record(
    _lengths_fit,
    optional={
        **_ACTION,
        **_FOCUS,
        "placeholder": plain(PLACEHOLDER_CHARS),
        "initial_value": string(least=0, most=INPUT_CHARS),
        "multiline": boolean,
        "min_length": whole(0, INPUT_CHARS),
        "max_length": whole(1, INPUT_CHARS),
        "dispatch_action_config": _DISPATCH,
    },
)
IMAGE = record(either(*IMAGE_KEYS), required={"alt_text": ALT_TEXT}, optional=IMAGE_KEYS)

CONTROLS: dict[str, Rule] = {
    "button": BUTTON,
    "static_select": _STATIC_SELECT,
    "overflow": _OVERFLOW,
    "checkboxes": _CHECKBOXES,
    "radio_buttons": _RADIO_BUTTONS,
}
INPUTS: dict[str, Rule] = {
    "plain_text_input": _PLAIN_TEXT_INPUT,
    "static_select": _STATIC_SELECT,
    "checkboxes": _CHECKBOXES,
    "radio_buttons": _RADIO_BUTTONS,
}
