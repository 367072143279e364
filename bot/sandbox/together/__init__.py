"""A local Together: its evaluation API over a real socket, with a life and faults of its own."""

from bot.sandbox.together.believable import believable_jobs
from bot.sandbox.together.faults import FAULTS, Faults
from bot.sandbox.together.jobs import (
    SECRETS,
    WireJob,
    classify_job,
    classify_results,
    compare_job,
    compare_results,
    score_job,
    score_results,
)
from bot.sandbox.together.server import LocalTogether
from bot.sandbox.together.wire import RecordedRequest
from bot.sandbox.together.world import Moved, World

__all__ = [
    "FAULTS",
    "SECRETS",
    "Faults",
    "LocalTogether",
    "Moved",
    "RecordedRequest",
    "WireJob",
    "World",
    "believable_jobs",
    "classify_job",
    "classify_results",
    "compare_job",
    "compare_results",
    "score_job",
    "score_results",
]
