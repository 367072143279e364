"""The manifest, the code and the README say the same."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.rendering import controls
from bot.scopes import OPTIONAL_SCOPES, SCOPES
from bot.settings import Settings
from handlers.actions import Actions
from handlers.commands import COMMAND
from handlers.watching import WatchControls

ROOT = Path(__file__).parent.parent
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())


def test_the_manifest_fits_slacks_own_schema() -> None:
    # https://github.com/slackapi/manifest-schema
    schema = json.loads((ROOT / "tests/data/slack-manifest.v1.json").read_text())
    jsonschema.validate(MANIFEST, schema)


def test_the_manifest_names_the_command_that_the_code_answers() -> None:
    commands = [entry["command"] for entry in MANIFEST["features"]["slash_commands"]]
    assert commands == [COMMAND]


def test_the_manifest_asks_for_the_scopes_that_the_code_names_each_with_its_reason() -> None:
    text = (ROOT / "manifest.yml").read_text()
    scopes = SCOPES | OPTIONAL_SCOPES
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == list(scopes)
    assert MANIFEST["oauth_config"]["scopes"]["bot_optional"] == list(OPTIONAL_SCOPES)
    for scope, reason in scopes.items():
        assert f"- {scope} # {reason}\n" in text


def test_socket_mode_needs_no_address() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert "url" not in json.dumps(MANIFEST)


def test_every_action_id_that_is_drawn_has_a_listener() -> None:
    drawn = {
        value
        for name, value in vars(controls).items()
        if isinstance(value, str) and re.fullmatch(r"(LIST|JOB|CHANNEL)_[A-Z]+|UNWATCH", name)
    }
    answered = {
        **Actions.by_action_id(Actions.__new__(Actions)),
        **WatchControls.by_action_id(WatchControls.__new__(WatchControls)),
    }
    assert drawn == set(answered)


@pytest.mark.parametrize("place", ["README.md", ".env.example"])
def test_every_setting_is_explained(place: str) -> None:
    text = (ROOT / place).read_text()
    missing = [name.upper() for name in Settings.model_fields if name.upper() not in text]
    assert not missing


def test_the_example_settings_name_nothing_unknown() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    assert {name.lower() for name in named} == set(Settings.model_fields)
