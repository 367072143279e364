"""One job as a row and as a line."""

import pytest
from hypothesis import given, settings

from bot.domain.commands import ListJobs
from bot.domain.jobs import EvaluationJob
from bot.rendering.controls import ListView
from bot.rendering.rows import job_head, job_line, job_rows
from tests.rendering.seen import told
from tests.strategies import jobs

FAILED = EvaluationJob(
    id="eval-91bc", status="error", type="compare", error="judge endpoint unavailable"
)


def test_the_line_stands_alone() -> None:
    assert job_line(FAILED) == (
        "eval-91bc failed on Together's side: judge endpoint unavailable (compare)"
    )


def test_a_status_between_colons_is_no_emoji() -> None:
    job = EvaluationJob(id="eval-1", status=":x", error="because")
    assert job_line(job) == "eval-1 `:x`: because (no type)"


def test_the_id_leads_to_togethers_page() -> None:
    link = "<https://api.together.ai/evaluations/result/eval-91bc|eval-91bc>"
    assert job_head(FAILED) == f"❌  {link} · failed on Together's side · compare"


@pytest.mark.parametrize("job_id", ["", "../files", "a b", "é", "x" * 129, "<!channel>"])
def test_an_id_that_may_not_stand_in_a_link_is_words_alone(job_id: str) -> None:
    job = EvaluationJob(id=job_id, status="completed")
    assert "<" not in job_head(job)
    (row,) = job_rows([job], back=ListView(query=ListJobs()))
    assert "accessory" not in row.block


def test_a_details_button_tells_a_screen_reader_whose_it_is() -> None:
    (row,) = job_rows([FAILED])
    assert row.block["accessory"]["accessibility_label"] == "Details of eval-91bc"


def test_a_list_of_errors_shows_their_first_words() -> None:
    (row,) = job_rows([EvaluationJob(id="eval-1", status="error", error="word " * 100)])
    assert told(row.block["text"]["text"]).endswith("word word word…")


@settings(max_examples=100, deadline=None)
@given(job=jobs())
def test_ten_short_lines_fit_into_any_text(job: EvaluationJob) -> None:
    (row,) = job_rows([job])
    assert len(row.short_line) <= 320
