"""What becomes of results: by the type of their job, and with sensible numbers alone."""

import json
from typing import Any

import pytest

from bot.adapters.together_jobs import read_job
from bot.domain.jobs import CompareResults, FailedRows, ScoreResults


def read_results(kind: str, results: Any, *, status: str = "completed") -> Any:
    row = {"workflow_id": "eval-1", "type": kind, "status": status, "results": results}
    return read_job(json.dumps(row).encode()).results


def test_results_go_by_the_type_and_never_by_their_shape() -> None:
    found = read_results("score", {"A_wins": 1, "label_counts": {"yes": 3}, "judge_fail_count": 2})
    assert found == ScoreResults(failed_rows=FailedRows(judge=2))


@pytest.mark.parametrize("status", ["pending", "queued", "running", "error", "user_error"])
def test_only_a_job_that_ended_well_has_results(status: str) -> None:
    assert read_results("compare", {"A_wins": 1}, status=status) is None


@pytest.mark.parametrize("results", [None, {}, [], "done", 1, {"surprise": 1}])
def test_results_in_which_nothing_can_be_read_are_none(results: Any) -> None:
    assert read_results("classify", results) is None


@pytest.mark.parametrize("counts", ['{"yes": 10, "no": 0}', {"yes": 10, "no": 0}])
def test_label_counts_come_as_text_or_as_an_object(counts: Any) -> None:
    found = read_results("classify", {"label_counts": counts})
    assert (dict(found.label_counts), found.labels_unreadable) == ({"yes": 10, "no": 0}, False)


@pytest.mark.parametrize("counts", [None, "", "null", {}, "{}"])
def test_no_label_counts_are_not_unreadable(counts: Any) -> None:
    found = read_results("classify", {"label_counts": counts, "pass_percentage": 5})
    assert (dict(found.label_counts), found.labels_unreadable) == ({}, False)


@pytest.mark.parametrize(
    "counts",
    [
        "{'yes': 10}",
        '{"yes": 10',
        '{"yes": NaN}',
        [["yes", 10]],
        7,
        True,
        {"yes": 10, "no": "many"},
        {"yes": -1},
        {"yes": True},
        {"yes": 1e300},
        {"yes": None},
        '{"a\\u0000": 1}',
    ],
)
def test_labels_are_all_read_or_said_to_be_unreadable(counts: Any) -> None:
    found = read_results("classify", {"label_counts": counts, "pass_percentage": 5})
    assert (dict(found.label_counts), found.labels_unreadable) == ({}, True)


@pytest.mark.parametrize(
    "number",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1",
        "true",
        '"10"',
        "[1]",
        "1" + "0" * 30,
        "1" + "0" * 5000,
        "null",
    ],
)
def test_what_is_no_sensible_count_is_left_out(number: str) -> None:
    body = (
        '{"workflow_id": "eval-1", "type": "compare", "status": "completed",'
        f' "results": {{"A_wins": {number}, "B_wins": 38, "judge_fail_count": {number}}}}}'
    )
    assert read_job(body.encode()).results == CompareResults(b_wins=38)


@pytest.mark.parametrize("share", [-0.1, 100.1, 1e9, "87", True])
def test_a_share_outside_0_to_100_is_left_out(share: Any) -> None:
    found = read_results("classify", {"pass_percentage": share, "label_counts": {"yes": 1}})
    assert found.pass_percentage is None
