"""The timeline: the same from the same seed, and each ending after its start."""

from dataclasses import replace

from bot.sandbox.together import World
from tests.chaos.checker import ENDS
from tests.chaos.script import CHANNELS, Script, Step, write_script


def told(script: Script) -> list[list[Step]]:
    """The steps without the times in their jobs."""
    return [[replace(step, job=None) for step in scene] for scene in script.scenes]


def test_the_same_seed_writes_the_same_script() -> None:
    first, again, other = (write_script(seed=seed, transitions=150, scenes=9) for seed in (1, 1, 2))
    assert told(first) == told(again)
    assert told(first) != told(other)


def test_it_has_at_least_the_transitions_that_were_asked_for_in_every_channel() -> None:
    script = write_script(seed=3, transitions=150, scenes=9)
    world = World(script.before)
    for step in (step for scene in script.scenes for step in scene):
        step.play(world)
    ends = [
        move
        for move in world.timeline
        if move.status in ENDS and move.workflow_id in script.channel_of
    ]
    assert len(ends) == script.transitions >= 150
    assert {script.channel_of[move.workflow_id] for move in ends} == set(CHANNELS)


def test_a_job_starts_before_it_ends_and_every_watched_one_ends() -> None:
    script = write_script(seed=4, transitions=150, scenes=9)
    going = {job["workflow_id"] for job in script.before}
    ended = set()
    for step in (step for scene in script.scenes for step in scene):
        if step.job is not None:
            going.add(step.workflow_id)
        assert step.workflow_id in going
        if step.end is not None:
            ended.add(step.workflow_id)
    assert ended >= script.channel_of.keys()
