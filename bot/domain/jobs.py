"""An evaluation job: an allow-list of safe fields, any of which Together may leave out.

No prompt and no token has a field here, so none can be stored, logged or shown.
Source of the shapes: Together's OpenAPI document, ``GET /evaluation``, schema ``EvaluationJob``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What may stand in a path and in a link. Ids look like ``eval-7df2-1751287840``."""


class Status(StrEnum):
    """The statuses that Together documents. A job may carry another word: it is kept as it is."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"
    USER_ERROR = "user_error"


FAILED = frozenset({Status.ERROR, Status.USER_ERROR})
"""``error`` is Together's fault, ``user_error`` the data's or the settings'."""

TERMINAL = FAILED | {Status.COMPLETED}
ACTIVE = frozenset({Status.PENDING, Status.QUEUED, Status.RUNNING})


class EvaluationType(StrEnum):
    """The types that Together documents. A job may carry another word: it is kept as it is."""

    CLASSIFY = "classify"
    SCORE = "score"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What is evaluated: a model, or the answers that a dataset column already holds."""

    name: str
    is_column: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """One step of a job's history; Together shows it to administrators only."""

    status: str
    message: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRows:
    """Rows that count for nothing, by what failed. Counts; zero when Together says nothing."""

    generation: float = 0
    judge: float = 0
    invalid: float = 0
    samples: float = 0

    @property
    def total(self) -> float:
        """Rows not judged. ``samples`` may hold the same rows again, so the larger view counts."""
        return max(self.generation + self.judge + self.invalid, self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyResults:
    """Labels given by the judge, and the share of them that pass (0 to 100)."""

    pass_percentage: float | None = None
    label_counts: Mapping[str, float] = field(default_factory=dict)
    labels_unreadable: bool = False
    failed_rows: FailedRows = FailedRows()
    result_file_id: str | None = None

    @property
    def judged(self) -> float | None:
        """Rows that got a label, or None when the labels are not known."""
        return sum(self.label_counts.values()) if self.label_counts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResults:
    """Mean and standard deviation of the scores, and the share that passes (0 to 100)."""

    mean_score: float | None = None
    std_score: float | None = None
    pass_percentage: float | None = None
    failed_rows: FailedRows = FailedRows()
    result_file_id: str | None = None

    @property
    def judged(self) -> float | None:
        """Always None: the list gives no number of rows for a score job."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareResults:
    """Rows won by A, won by B, and tied (in two-pass mode a disagreement is a tie)."""

    a_wins: float | None = None
    b_wins: float | None = None
    ties: float | None = None
    num_samples: float | None = None
    failed_rows: FailedRows = FailedRows()
    result_file_id: str | None = None

    @property
    def judged(self) -> float | None:
        """Rows with a verdict: A + B + ties, or None when a count is missing."""
        if self.a_wins is None or self.b_wins is None or self.ties is None:
            return None
        return self.a_wins + self.b_wins + self.ties


Results = ClassifyResults | ScoreResults | CompareResults


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationJob:
    """One evaluation job. ``id`` is Together's ``workflow_id``; every text here is foreign.

    Attributes:
        status: one of ``Status``, or a word that Together added since.
        type: one of ``EvaluationType``, or a word that Together added since; empty when absent.
        models: the model to evaluate, or A and B of a comparison, in that order.
        created_at, updated_at: aware, UTC.
        error: why a failed job failed, in Together's words.
        results: what a job found, by its type; None until it completes.
        history: filled for administrators only, as is ``owner_id``.
    """

    id: str
    status: str
    type: str = ""
    models: tuple[Model, ...] = ()
    judge: str | None = None
    dataset: str | None = None
    labels: tuple[str, ...] = ()
    pass_labels: tuple[str, ...] = ()
    min_score: float | None = None
    max_score: float | None = None
    pass_threshold: float | None = None
    position_bias_corrected: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner_id: str | None = None
    history: tuple[StatusUpdate, ...] = ()
    error: str | None = None
    results: Results | None = None

    @property
    def duration(self) -> timedelta | None:
        """From creation to the last update of an ended job, so the queue is included."""
        if self.status not in TERMINAL or self.created_at is None or self.updated_at is None:
            return None
        return max(self.updated_at - self.created_at, timedelta(0))

    @property
    def status_since(self) -> datetime | None:
        """When the present status began, as far as Together tells."""
        steps = [step.at for step in self.history if step.status == self.status and step.at]
        return max(steps, default=None) or self.updated_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """One answer of the list endpoint, in Together's own, undocumented order.

    Attributes:
        jobs: the rows that could be read.
        unreadable: how many rows had no usable id or were not objects.
    """

    jobs: tuple[EvaluationJob, ...]
    unreadable: int = 0
