"""The bytes of a delivery: form or JSON, signed over exactly what is sent."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.sandbox.slack import InstalledApp
from bot.sandbox.slack.delivery import Kind, pack

APP = InstalledApp(scopes=frozenset())


class At(Clock):
    """The SDK's clock, put where a test wants it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds


@pytest.mark.parametrize("kind", ["slash_commands", "interactive", "events_api"])
def test_what_is_sent_is_what_is_signed(kind: Kind) -> None:
    parcel = pack(APP, kind, {"text": "a&b ü"}, envelope_id="e", timestamp=1_000)
    clock = At(1_200)
    verifier = SignatureVerifier(APP.signing_secret, clock=clock)
    assert verifier.is_valid_request(parcel.body, parcel.headers)
    assert not verifier.is_valid_request(parcel.body + b" ", parcel.headers)
    clock.seconds = 1_301
    assert not verifier.is_valid_request(parcel.body, parcel.headers)


def unpack(kind: Kind, body: bytes) -> Any:
    if kind == "events_api":
        return json.loads(body)
    form = {key: value[0] for key, value in parse_qs(body.decode()).items()}
    return json.loads(form["payload"]) if kind == "interactive" else form


@pytest.mark.parametrize("kind", ["slash_commands", "interactive", "events_api"])
def test_both_transports_carry_the_same_payload(kind: Kind) -> None:
    payload = {"text": "a&b ü", "user": "U1"}
    parcel = pack(APP, kind, payload, envelope_id="e", timestamp=1_000)
    assert unpack(kind, parcel.body) == parcel.envelope["payload"] == payload
    assert parcel.envelope["type"] == kind
