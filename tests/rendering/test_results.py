"""A result in one line, by type; failed rows are never silent."""

from collections.abc import Mapping

import pytest

from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    FailedRows,
    Model,
    Results,
    ScoreResults,
)
from bot.rendering.results import (
    bars,
    error_words,
    failed_rows_line,
    models_line,
    passed_rows,
    result_parts,
    status_mark,
    status_word,
    status_words,
)
from tests.rendering.seen import told

A, B = Model(name="Qwen/Qwen3.5-9B"), Model(name="google/gemma-4")
YES_NO = {"no": 26.0, "yes": 174.0}


def job(
    *, results: Results | None = None, status: str = "completed", models: tuple[Model, ...] = ()
) -> EvaluationJob:
    return EvaluationJob(
        id="eval-1", status=status, models=models, results=results, pass_threshold=7.0
    )


def classified(counts: Mapping[str, float]) -> ClassifyResults:
    return ClassifyResults(label_counts=counts, pass_percentage=87.0)


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (classified(YES_NO), "87.0 % pass · yes 174 · no 26"),
        (
            classified({"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0, "e": 1.0}),
            "87.0 % pass · a 4 · b 3 · c 2 · 2 more labels",
        ),
        (
            ClassifyResults(pass_percentage=87.0, labels_unreadable=True),
            "87.0 % pass · labels could not be read",
        ),
        (
            ScoreResults(mean_score=7.1, std_score=1.2, pass_percentage=66.0),
            "mean 7.1 ± 1.2 · 66.0 % pass (≥ 7)",
        ),
        (CompareResults(a_wins=52.0, b_wins=38.0, ties=10.0), "Qwen3.5-9B wins 52 – 38, 10 ties"),  # noqa: RUF001 - a score has an en dash
        (CompareResults(a_wins=38.0, b_wins=52.0, ties=1.0), "gemma-4 wins 52 – 38, 1 tie"),  # noqa: RUF001 - same
        (CompareResults(a_wins=45.0, b_wins=45.0), "even, 45 – 45"),  # noqa: RUF001 - same
        (ClassifyResults(), "no figures given"),
        (ScoreResults(), "no figures given"),
        (CompareResults(a_wins=1.0), "no figures given"),
        (None, "no result given"),
    ],
)
def test_a_result_is_one_line(results: Results | None, words: str) -> None:
    assert told(" · ".join(result_parts(job(results=results, models=(A, B))))) == words


def test_a_job_under_way_has_no_result() -> None:
    assert result_parts(job(status="running")) == []


def test_two_models_of_one_name_are_told_apart() -> None:
    same = (Model(name="one/gemma-4"), Model(name="two/gemma-4"))
    results = CompareResults(a_wins=3.0, b_wins=5.0)
    assert result_parts(job(results=results, models=same)) == ["B (gemma-4) wins 5 – 3"]  # noqa: RUF001 - same
    assert result_parts(job(results=results)) == ["B wins 5 – 3"]  # noqa: RUF001 - same


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (classified({"yes": 188.0}), ""),
        (
            ClassifyResults(label_counts={"yes": 188.0}, failed_rows=FailedRows(judge=12.0)),
            "⚠ 12 of 200 rows not judged",
        ),
        (ScoreResults(failed_rows=FailedRows(generation=2.0)), "⚠ 2 rows not judged"),
        (
            CompareResults(num_samples=100.0, failed_rows=FailedRows(samples=1.0)),
            "⚠ 1 of 100 rows not judged",
        ),
        (ScoreResults(failed_rows=FailedRows(judge=-5.0)), ""),
    ],
)
def test_rows_that_failed_are_said(results: Results, words: str) -> None:
    assert failed_rows_line(job(results=results)) == words


def test_labels_become_bars_with_their_number_and_share() -> None:
    assert told(bars(job(results=classified(YES_NO)))).splitlines() == [
        "yes  █████████████████▍ 174 · 87.0 %",
        "no   ██▋ 26 · 13.0 %",
    ]


def test_wins_become_bars_under_their_models() -> None:
    results = CompareResults(a_wins=3.0, b_wins=1.0, ties=0.0)
    assert told(bars(job(results=results, models=(A, B)))).splitlines() == [
        "A Qwen3.5-9B  ███████████████ 3 · 75.0 %",
        "B gemma-4     █████ 1 · 25.0 %",
        "ties           0 · 0.0 %",
    ]


def test_bars_stay_in_line_beside_wide_characters() -> None:
    lines = bars(job(results=ClassifyResults(label_counts={"模型": 1.0, "four": 1.0}))).splitlines()
    assert [line.partition("█")[0] for line in lines] == ["模型  ", "four  "]


def test_a_hundred_labels_are_cut_and_say_so() -> None:
    hundred = {f"label {number}": 1.0 for number in range(100)}
    lines = bars(job(results=ClassifyResults(label_counts=hundred))).splitlines()
    assert len(lines) == 13
    assert lines[-1] == "and 88 more labels"


def test_nothing_to_count_draws_nothing() -> None:
    assert bars(job(results=ScoreResults(mean_score=7.1))) == ""
    assert bars(job(results=ClassifyResults(label_counts={"yes": 0.0}))) == ""


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ((A,), "Qwen3.5-9B"),
        ((A, B), "Qwen3.5-9B against gemma-4"),
        ((Model(name="answer", is_column=True),), 'column "answer"'),
        ((Model(name="_answer", is_column=True),), "column `_answer`"),
        ((), ""),
    ],
)
def test_models_are_named_shortly(models: tuple[Model, ...], words: str) -> None:
    assert models_line(job(models=models)) == words


@pytest.mark.parametrize(
    ("status", "mark", "words"),
    [
        ("pending", "⏳", "pending"),
        ("queued", "⏳", "queued"),
        ("running", "🔄", "running"),
        ("completed", "✅", "completed"),
        ("user_error", "⚠️", "failed, your data or settings"),
        ("error", "❌", "failed on Together's side"),
        ("paused", "❔", "paused"),
        ("", "❔", "no status"),
    ],
)
def test_every_status_has_a_mark_and_a_word(status: str, mark: str, words: str) -> None:
    assert status_mark(job(status=status)) == mark
    assert status_words(job(status=status)) == words


def test_a_failure_always_has_words() -> None:
    assert error_words(job(status="error"), chars=60) == "no reason given"
    assert error_words(job(status="completed"), chars=60) == ""


def test_a_status_by_itself_has_the_words_that_a_job_has() -> None:
    for status in ("completed", "error", "user_error", "paused", ":x:", ""):
        assert status_word(status) == status_words(job(status=status))


@pytest.mark.parametrize(
    ("counts", "pass_labels", "words"),
    [
        (YES_NO, ("yes",), "174 of 200"),
        ({"good": 100.0, "fair": 74.0, "bad": 26.0}, ("good", "fair"), "174 of 200"),
        (YES_NO, ("no",), ""),
        (YES_NO, (), ""),
        ({}, ("yes",), ""),
        ({"yes": 0.0}, ("yes",), ""),
    ],
)
def test_passing_rows_are_counted_where_labels_and_percentage_agree(
    counts: Mapping[str, float], pass_labels: tuple[str, ...], words: str
) -> None:
    one = EvaluationJob(
        id="eval-1", status="completed", pass_labels=pass_labels, results=classified(counts)
    )
    assert passed_rows(one) == words


def test_a_short_chart_counts_the_labels_that_it_leaves_out() -> None:
    one = job(results=classified(dict.fromkeys("abcdef", 1.0)))
    assert bars(one, most=5).splitlines()[-1] == "and 1 more label"
