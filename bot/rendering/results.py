"""What a job found, in one line and as text bars; what it is, in words. Pure text, no blocks."""

from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    Model,
    ScoreResults,
    Status,
)
from bot.rendering.figures import bar, bound, count, percent, score
from bot.rendering.kit import foreign, plain

_MARKS: dict[str, str] = {
    Status.PENDING: "⏳",
    Status.QUEUED: "⏳",
    Status.RUNNING: "🔄",
    Status.COMPLETED: "✅",
    Status.USER_ERROR: "⚠️",
    Status.ERROR: "❌",
}
_UNKNOWN_MARK = "❔"
_STATUS_WORDS: dict[str, str] = {
    Status.USER_ERROR: "failed, your data or settings",
    Status.ERROR: "failed on Together's side",
}
_WORD_CHARS = 32
_MODEL_CHARS = 60
_LABEL_CHARS = 24
_LABELS_IN_LINE = 3
_LABELS_IN_BARS = 12


def status_mark(job: EvaluationJob) -> str:
    """One sign for the status; the word always stands beside it."""
    return _MARKS.get(job.status, _UNKNOWN_MARK)


def status_words(job: EvaluationJob) -> str:
    """The status in words; one that we do not know is shown as Together wrote it."""
    return _STATUS_WORDS.get(job.status) or foreign(job.status, chars=_WORD_CHARS) or "no status"


def type_word(job: EvaluationJob) -> str:
    """The type; one that we do not know is shown as Together wrote it."""
    return foreign(job.type, chars=_WORD_CHARS) or "no type"


def model_name(model: Model, *, chars: int = _MODEL_CHARS) -> str:
    """A model without its maker (``Qwen3.5-9B``), or ``column "answer"``."""
    if model.is_column:
        return f'column "{foreign(model.name, chars=chars)}"'
    short = model.name.rstrip("/").rpartition("/")[2]
    return foreign(short or model.name, chars=chars) or "unnamed model"


def models_line(job: EvaluationJob) -> str:
    """``Qwen3.5-9B`` or ``Qwen3.5-9B against gemma-4``; empty when Together names none."""
    return " against ".join(model_name(model) for model in job.models)


def result_line(job: EvaluationJob) -> str:
    """What a completed job found, in one line of mrkdwn."""
    match job.results:
        case ClassifyResults() as found:
            return _classify_line(found)
        case ScoreResults() as found:
            return _score_line(found, pass_threshold=job.pass_threshold)
        case CompareResults() as found:
            return _compare_line(found, models=job.models)
        case None:
            return "" if job.status != Status.COMPLETED else "completed without a result"


def failed_rows_line(job: EvaluationJob) -> str:
    """``⚠ 12 of 200 rows not judged``; empty when every row was judged."""
    if job.results is None or not job.results.failed_rows.total:
        return ""
    failed = job.results.failed_rows.total
    asked = getattr(job.results, "num_samples", None)
    if job.results.judged is not None:
        asked = max(asked or 0, job.results.judged + failed)
    of_all = f" of {count(asked)}" if asked else ""
    return f"⚠ {count(failed)}{of_all} rows not judged"


def bars(job: EvaluationJob) -> str:
    """Labels or wins as text bars, a line each, for a fixed pitch; empty when there is nothing."""
    rows = _bar_rows(job)
    total = sum(number for _, number in rows)
    if not total:
        return ""
    shown = rows[:_LABELS_IN_BARS]
    width = max(len(name) for name, _ in shown)
    lines = [
        f"{name:<{width}}  {bar(number / total)} {count(number)} · {percent(100 * number / total)}"
        for name, number in shown
    ]
    if len(rows) > len(shown):
        lines.append(f"and {len(rows) - len(shown)} more labels")
    return "\n".join(lines)


def _classify_line(found: ClassifyResults) -> str:
    parts = [] if found.pass_percentage is None else [f"{percent(found.pass_percentage)} pass"]
    ranked = sorted(found.label_counts.items(), key=lambda item: -item[1])
    parts += [
        f"{foreign(label, chars=_LABEL_CHARS) or 'no label'} {count(number)}"
        for label, number in ranked[:_LABELS_IN_LINE]
    ]
    if len(ranked) > _LABELS_IN_LINE:
        parts.append(f"{len(ranked) - _LABELS_IN_LINE} more labels")
    if found.labels_unreadable:
        parts.append("labels could not be read")
    return " · ".join(parts) or "no figures"


def _score_line(found: ScoreResults, *, pass_threshold: float | None) -> str:
    parts = []
    if found.mean_score is not None:
        spread = "" if found.std_score is None else f" ± {score(found.std_score)}"
        parts.append(f"mean {score(found.mean_score)}{spread}")
    if found.pass_percentage is not None:
        threshold = "" if pass_threshold is None else f" (≥ {bound(pass_threshold)})"
        parts.append(f"{percent(found.pass_percentage)} pass{threshold}")
    return " · ".join(parts) or "no figures"


def _compare_line(found: CompareResults, *, models: tuple[Model, ...]) -> str:
    if found.a_wins is None or found.b_wins is None:
        return "no figures"
    names = [model_name(model) for model in models] + ["A", "B"][len(models) :]
    ahead, behind = max(found.a_wins, found.b_wins), min(found.a_wins, found.b_wins)
    score_line = f"{count(ahead)} – {count(behind)}"  # noqa: RUF001 - a score has an en dash
    ties = "" if found.ties is None else f", {count(found.ties)} {_ties(found.ties)}"
    if ahead == behind:
        return f"even, {score_line}{ties}"
    return f"{names[0 if found.a_wins == ahead else 1]} wins {score_line}{ties}"


def _ties(number: float) -> str:
    return "tie" if number == 1 else "ties"


def _bar_rows(job: EvaluationJob) -> list[tuple[str, float]]:
    match job.results:
        case ClassifyResults(label_counts=counts):
            ranked = sorted(counts.items(), key=lambda item: -item[1])
            return [(plain(label, chars=_LABEL_CHARS) or "no label", n) for label, n in ranked]
        case CompareResults(a_wins=a_wins, b_wins=b_wins, ties=ties):
            return [("A wins", a_wins or 0), ("B wins", b_wins or 0), ("ties", ties or 0)]
        case _:
            return []
