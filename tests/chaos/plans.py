"""The parts of a full run: which worlds, how many, and what each of them is for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.chaos import weather
from tests.chaos.lives import POINTS
from tests.chaos.orders import Mutant
from tests.chaos.world import Plan

WORLDS = 10
KILLS = 500
"""At random moments, over all worlds."""
TRANSITIONS = 5_200

_LONG = ("slack.is_archived", "slack.not_in_channel", "slack.invalid_auth")
"""Faults after which the program waits for minutes on purpose."""
_NAMED_SHARE = 0.44
"""Kills at points for each one at a random moment."""
_PASSING_GRACE = 0.15
"""A point that is not passed in time is a random kill in the end, so a few more are planned."""


def worlds(*, seed: int, kills: int = KILLS) -> list[Plan]:
    """All faults and all kill points, over many small worlds."""
    share = max(1, round(kills / WORLDS))
    each = max(1, round(share * _NAMED_SHARE * (1 + _PASSING_GRACE) / len(POINTS)))
    return [
        Plan(
            seed=seed * 1000 + number,
            transitions=max(40, round(TRANSITIONS / WORLDS * min(1.0, kills / KILLS))),
            kills=share,
            named=dict.fromkeys(POINTS, each),
            others=6,
            faults=weather.ALL,
        )
        for number in range(WORLDS)
    ]


def mutants(*, seed: int) -> list[Plan]:
    """The control group and each broken rule where it shows, beside the same world unbroken."""
    return [
        mutant_plan(mutant, seed=seed, is_sane=is_sane)
        for mutant in _WHERE_IT_SHOWS
        for is_sane in (False, True)
    ]


def mutant_plan(shown: Mutant, *, seed: int, is_sane: bool = False) -> Plan:
    """A small world in which breaking this rule shows; ``is_sane``: and it is kept all the same."""
    mutant = None if is_sane else shown
    plan = Plan(
        seed=seed,
        mutant=mutant,
        transitions=80,
        lull_seconds=0.1,
        patience_seconds=20.0 if mutant else 60.0,
    )
    return replace(plan, **_WHERE_IT_SHOWS[shown])


def replicas(*, seed: int) -> list[Plan]:
    """Three programs share a PostgreSQL, which is restarted under them."""
    shared = [name for name in weather.ALL if not name.startswith("db.")]
    return [
        Plan(
            seed=seed * 1000 + number,
            transitions=500,
            kills=24,
            named={"after_claim": 3, "after_accept": 3, "before_mark": 3, "mid_reconcile": 2},
            others=18,
            faults=(*shared, weather.RESTART),
            longest=4.0,
            replicas=3,
        )
        for number in range(4)
    ]


def pace_one(*, seed: int) -> list[Plan]:
    """Nothing is shortened: the waits are those of a bot at work."""
    return [
        Plan(
            seed=seed,
            transitions=150,
            kills=13,
            named={"after_accept": 2, "before_mark": 1, "mid_reconcile": 2, "after_claim": 1},
            faults=[name for name in weather.ALL if name not in _LONG],
            lull_seconds=3.0,
            pace=1.0,
            poll_seconds=2.0,
            longest=8.0,
            patience_seconds=300.0,
        )
    ]


_WHERE_IT_SHOWS: Mapping[Mutant, Mapping[str, Any]] = {
    "no_reconcile": {"named": {"after_accept": 4}},
    "no_unique_key": {},
    "mark_before_send": {"named": {"after_claim": 4}},
    # The SDK waits up to 1.5 s before it posts again, which has to be less than the deadline.
    "sdk_retries": {"faults": ["slack.reset_after_accept"], "pace": 0.25},
    "naive_limit": {"poll_seconds": 1.0, "transitions": 160},
    "no_settle": {"faults": ["slack.late_accept"], "transitions": 200},
}
