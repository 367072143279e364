"""What a job found, in one line and as text bars; what it is, in words. Pure text, no blocks."""

from unicodedata import east_asian_width

from bot.domain.jobs import (
    FAILED,
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    Model,
    ScoreResults,
    Status,
)
from bot.rendering.figures import bar, bound, count, number_of, percent, score
from bot.rendering.foreign import code, foreign, plain

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
_BARS = 12
_SAME_PERCENT = 0.5
_NO_FIGURES = "no figures given"


def status_mark(job: EvaluationJob) -> str:
    """One sign for the status; the word always stands beside it."""
    return _MARKS.get(job.status, _UNKNOWN_MARK)


def status_words(job: EvaluationJob) -> str:
    """The status in words; one that we do not know is shown as Together wrote it."""
    return status_word(job.status)


def status_word(status: str) -> str:
    """A status by itself, in the same words."""
    if status in _STATUS_WORDS:
        return _STATUS_WORDS[status]
    # A colon may follow it, and between two colons a word would be an emoji.
    show = code if ":" in status else foreign
    return show(status, chars=_WORD_CHARS) or "no status"


def type_word(job: EvaluationJob) -> str:
    """The type; one that we do not know is shown as Together wrote it."""
    return foreign(job.type, chars=_WORD_CHARS) or "no type"


def model_name(model: Model) -> str:
    """A model without its maker (``Qwen3.5-9B``), or ``column "answer"``."""
    if model.is_column:
        return column_name(model, chars=_MODEL_CHARS)
    return foreign(_short(model), chars=_MODEL_CHARS) or "unnamed model"


def column_name(model: Model, *, chars: int) -> str:
    """A dataset column in a model's place: ``column "answer"``; a code span needs no quotes."""
    shown = foreign(model.name, chars=chars)
    return f"column {shown}" if shown.startswith("`") else f'column "{shown}"'


def models_line(job: EvaluationJob) -> str:
    """``Qwen3.5-9B`` or ``Qwen3.5-9B against gemma-4``; empty when Together names none."""
    return " against ".join(model_name(model) for model in job.models)


def result_parts(job: EvaluationJob) -> list[str]:
    """What a job found, in mrkdwn: the headline, then what belongs to it. Empty before the end."""
    match job.results:
        case ClassifyResults() as found:
            return _classify(found)
        case ScoreResults() as found:
            return _score(found, pass_threshold=job.pass_threshold)
        case CompareResults() as found:
            return [_compare(found, models=job.models)]
        case None:
            return ["no result given"] if job.status == Status.COMPLETED else []


def error_words(job: EvaluationJob, *, chars: int) -> str:
    """The first words of why a job failed; empty when it did not."""
    if job.error is None:
        return "no reason given" if job.status in FAILED else ""
    return foreign(job.error, chars=chars) or "no reason given"


def failed_rows_line(job: EvaluationJob) -> str:
    """``⚠ 12 of 200 rows not judged``; empty when every row was judged."""
    if job.results is None or job.results.failed_rows.total <= 0:
        return ""
    failed = job.results.failed_rows.total
    asked = getattr(job.results, "num_samples", None) or 0
    if job.results.judged is not None:
        asked = max(asked, job.results.judged + failed)
    rows = "row" if max(asked, failed) == 1 else "rows"
    return f"⚠ {count(failed)}{f' of {count(asked)}' if asked > 0 else ''} {rows} not judged"


def passed_rows(job: EvaluationJob) -> str:
    """``174 of 200``: rows that pass and rows judged; empty when the labels do not tell."""
    found = job.results
    if not isinstance(found, ClassifyResults) or found.pass_percentage is None or not found.judged:
        return ""
    passed = sum(found.label_counts.get(label, 0) for label in job.pass_labels)
    agrees = abs(100 * (passed / found.judged) - found.pass_percentage) < _SAME_PERCENT
    return f"{count(passed)} of {count(found.judged)}" if agrees else ""


def bars(job: EvaluationJob, *, most: int = _BARS) -> str:
    """Labels or wins as text bars, a line each, for a fixed pitch; empty when there is nothing."""
    rows = _bar_rows(job)
    total = sum(max(number, 0) for _, number in rows)
    if not total:
        return ""
    shown = [(plain(name, chars=_LABEL_CHARS) or "no label", n) for name, n in rows[:most]]
    width = max(_cells(name) for name, _ in shown)
    lines = [
        f"{name}{' ' * (width - _cells(name))}  {bar(number / total)} "
        f"{count(number)} · {percent(100 * (number / total))}"
        for name, number in shown
    ]
    if len(rows) > len(shown):
        lines.append(f"and {number_of(len(rows) - len(shown), 'more label')}")
    return "\n".join(lines)


def _classify(found: ClassifyResults) -> list[str]:
    parts = [] if found.pass_percentage is None else [f"{percent(found.pass_percentage)} pass"]
    ranked = _ranked(found)
    parts += [
        f"{foreign(label, chars=_LABEL_CHARS) or 'no label'} {count(number)}"
        for label, number in ranked[:_LABELS_IN_LINE]
    ]
    if len(ranked) > _LABELS_IN_LINE:
        parts.append(number_of(len(ranked) - _LABELS_IN_LINE, "more label"))
    if found.labels_unreadable:
        parts.append("labels could not be read")
    return parts or [_NO_FIGURES]


def _score(found: ScoreResults, *, pass_threshold: float | None) -> list[str]:
    parts = []
    if found.mean_score is not None:
        spread = "" if found.std_score is None else f" ± {score(found.std_score)}"
        parts.append(f"mean {score(found.mean_score)}{spread}")
    if found.pass_percentage is not None:
        threshold = "" if pass_threshold is None else f" (≥ {bound(pass_threshold)})"
        parts.append(f"{percent(found.pass_percentage)} pass{threshold}")
    return parts or [_NO_FIGURES]


def _compare(found: CompareResults, *, models: tuple[Model, ...]) -> str:
    if found.a_wins is None or found.b_wins is None:
        return _NO_FIGURES
    ahead, behind = max(found.a_wins, found.b_wins), min(found.a_wins, found.b_wins)
    figures = f"{count(ahead)} – {count(behind)}"  # noqa: RUF001 - a score has an en dash
    if found.ties is not None:
        figures += f", {number_of(found.ties, 'tie')}"
    if ahead == behind:
        return f"even, {figures}"
    winner = 0 if found.a_wins == ahead else 1
    return f"{_names(models)[winner]} wins {figures}"


def _names(models: tuple[Model, ...]) -> list[str]:
    """What to call A and B: by name where the names tell them apart."""
    names = [model_name(model) for model in models[:2]]
    if len(names) > len(set(names)):
        return [f"A ({names[0]})", f"B ({names[1]})"]
    return names + ["A", "B"][len(names) :]


def _bar_rows(job: EvaluationJob) -> list[tuple[str, float]]:
    """Names, foreign ones still as they came, and their numbers."""
    match job.results:
        case ClassifyResults() as found:
            return _ranked(found)
        case CompareResults(a_wins=a_wins, b_wins=b_wins, ties=ties):
            a, b = (*map(_short, job.models[:2]), "", "")[:2]
            rows = [(f"A {a}", a_wins or 0), (f"B {b}", b_wins or 0)]
            return rows if ties is None else [*rows, ("ties", ties)]
        case _:
            return []


def _ranked(found: ClassifyResults) -> list[tuple[str, float]]:
    return sorted(found.label_counts.items(), key=lambda item: -item[1])


def _short(model: Model) -> str:
    return model.name.rstrip("/").rpartition("/")[2] or model.name


def _cells(text: str) -> int:
    """How wide a text is in a fixed pitch, where an ideograph or emoji takes two cells."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
