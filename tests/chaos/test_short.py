"""The short form: the real program dies at every named point, and nothing is lost or said twice."""

import pytest

from tests.chaos import weather
from tests.chaos.lives import POINTS
from tests.chaos.orders import Mutant
from tests.chaos.plans import mutant_plan
from tests.chaos.world import Outcome, Plan, run_world


def told(outcome: Outcome) -> str:
    """For the person who reads a failure."""
    wrong = (outcome.lost, outcome.duplicated, outcome.spurious, outcome.out_of_policy)
    return "\n".join([*map(str, wrong), str(outcome.exits), *outcome.log])


async def test_whenever_and_wherever_it_dies_each_end_is_told_once() -> None:
    outcome = await run_world(
        Plan(seed=1, transitions=60, kills=3, named=dict.fromkeys(POINTS, 1), faults=weather.ALL)
    )
    assert outcome.is_clean, told(outcome)
    assert outcome.kills.keys() >= {"random", *POINTS}
    assert outcome.dead == 0


@pytest.mark.parametrize("mutant", ["no_unique_key", "no_settle"])
async def test_a_broken_rule_is_caught(mutant: Mutant) -> None:
    outcome = await run_world(mutant_plan(mutant, seed=1))
    assert outcome.duplicated


async def test_three_programs_on_one_database_tell_each_end_once() -> None:
    outcome = await run_world(
        Plan(
            seed=1,
            transitions=100,
            kills=2,
            named={"after_claim": 1, "after_accept": 1},
            others=1,
            faults=("db.restart", "slack.late_accept", "slack.reset_after_accept"),
            replicas=3,
        )
    )
    assert outcome.is_clean, told(outcome)
    assert outcome.dead == 0
