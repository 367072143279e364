"""What a question is answered with, whoever asks."""

import pytest

from bot.domain.errors import QueryError
from bot.domain.jobs import EvaluationJob, Status
from bot.domain.query import parse
from bot.rendering.kit import Message
from bot.services.answers import Answers
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup
from bot.services.sharing import SharedEvaluations
from tests.fakes import FakeClock, FakeEvaluations

JOB = EvaluationJob(id="eval-7df2-1", status=Status.RUNNING)


async def answer(text: str) -> Message:
    clock = FakeClock()
    shared = SharedEvaluations(FakeEvaluations(jobs=[JOB]), clock)
    health = HealthCheck(shared, clock, transport="preview")
    return await Answers(Lookup(shared, clock), health).to(parse(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", JOB.id),
        ("show 7df2", JOB.id),
        ("help", "What you can ask"),
        ("status", "preview"),
        ("trend", "not in this version"),
    ],
)
async def test_every_question_has_its_answer(text: str, said: str) -> None:
    assert said in (await answer(text)).text


@pytest.mark.parametrize("text", ["watch", "watches", "unwatch 1", "mute 2h", "test", "log 7df2"])
async def test_what_concerns_a_channel_is_not_for_a_preview(text: str) -> None:
    with pytest.raises(QueryError, match="in Slack alone"):
        await answer(text)
