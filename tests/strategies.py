"""Hypothesis strategies: evaluation jobs and list questions as hostile as the types allow."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.commands import Event, JobFilter, ListJobs, Sort
from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    EvaluationType,
    FailedRows,
    Model,
    Results,
    ScoreResults,
    Status,
    StatusUpdate,
)
from bot.domain.notices import Notice
from bot.domain.outbox import Kind, Row, State
from bot.domain.watches import Origin, Watch

HOSTILE_TEXTS = (
    "",
    " ",
    "\x00",
    "\n\n",
    "\u200b\u200d\ufeff",
    "<!channel>",
    "<!here|everyone>",
    "<@U1>",
    "<#C1|general>",
    "<!subteam^S1>",
    "<!date^1^{date}|soon>",
    "<https://evil.example|https://api.together.ai>",
    "@channel @here @everyone",
    "https://evil.example/x?a=1&b=2",
    "&amp;&lt;!channel&gt;",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "*",
    "`",
    "``",
    "~",
    "_",
    "_private",
    "> quoted",
    ":rotating_light: :x:",
    "a|b",
    "\\`*",
    "line one\nline two\r\nline three\tend",
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "zero\u200bwidth\u2060joined\u00adsoft",
    "\u3164\u115f\u2800\u034f",
    "\ud800",
    "half \udfff pair",
    "\ufffe\U0001ffff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7",
    "\u2764\ufe0f",
    "e\u0301",
    "\u6a21\u578b\u8a55\u4fa1",
    "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "snake_case_name",
    "x" * 4000,
    "&" * 4000,
    "<!channel>" * 400,
    "`*_~" * 1000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 500,
    "e\u0301\u0302" * 1300,
    "a" + "\u0301" * 4000,
    "\u202e\u200b" * 2000,
    "word " * 800,
    "/" * 4000,
    "{word}{0}%s",
)
"""One of each kind of trouble that a name, a label or an error can make."""

_CHARACTERS = st.characters(exclude_categories=())
_GLUED = st.lists(st.sampled_from(HOSTILE_TEXTS[:40]), max_size=6).map("".join)
_NUMBERS = st.sampled_from(
    (0.0, 1.0, 2.5, -1.0, 7.0, 87.0, 174.0, 1e-300, 1e9, 1e300, -1e300, float(10**18))
)
_MOMENTS = st.sampled_from(
    (
        datetime.min.replace(tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2025, 6, 30, 12, 50, 40, 123_456, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    )
)


def texts() -> st.SearchStrategy[str]:
    """Any text at all: NULs, lone surrogates and 4,000 characters of nonsense included."""
    return st.sampled_from(HOSTILE_TEXTS) | _GLUED | st.text(_CHARACTERS, max_size=40)


def numbers() -> st.SearchStrategy[float]:
    """Finite, otherwise anything."""
    return _NUMBERS | st.floats(allow_nan=False, allow_infinity=False)


def moments() -> st.SearchStrategy[datetime]:
    """Aware, UTC, from year 1 to 9999."""
    return _MOMENTS | st.datetimes(timezones=st.just(UTC))


def job_ids() -> st.SearchStrategy[str]:
    """Ids that may stand in a link, the longest and the oddest of them included."""
    return st.sampled_from(
        ("eval-7df2-1751287840", "eval-1234aedf", "_", "_a_", "-", "__init__", "E" * 128, "_" * 128)
    ) | st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)


def results() -> st.SearchStrategy[Results]:
    """What a job found, of each type, with counts that no sane job has."""
    maybe = st.none() | numbers()
    failed_rows = st.builds(
        FailedRows, generation=numbers(), judge=numbers(), invalid=numbers(), samples=numbers()
    )
    common = {"failed_rows": failed_rows, "result_file_id": st.none() | texts()}
    hundred = {f"label {number}": float(number) for number in range(100)}
    return (
        st.builds(
            ClassifyResults,
            pass_percentage=maybe,
            label_counts=st.just(hundred) | st.dictionaries(texts(), numbers(), max_size=5),
            labels_unreadable=st.booleans(),
            **common,
        )
        | st.builds(
            ScoreResults, mean_score=maybe, std_score=maybe, pass_percentage=maybe, **common
        )
        | st.builds(
            CompareResults, a_wins=maybe, b_wins=maybe, ties=maybe, num_samples=maybe, **common
        )
    )


def jobs() -> st.SearchStrategy[EvaluationJob]:
    """Any value that the type allows: nothing in it need fit together."""
    word = st.none() | texts()
    number = st.none() | numbers()
    moment = st.none() | moments()
    model = st.builds(Model, name=texts(), is_column=st.booleans())
    step = st.builds(StatusUpdate, status=texts(), message=texts(), at=moment)
    labels = st.lists(texts(), max_size=4).map(tuple) | texts().map(lambda text: (text,) * 100)
    return st.builds(
        EvaluationJob,
        id=job_ids() | texts(),
        status=st.sampled_from(Status) | texts(),
        type=st.sampled_from(EvaluationType) | texts(),
        models=st.lists(model, max_size=3).map(tuple),
        judge=word,
        dataset=word,
        labels=labels,
        pass_labels=labels,
        min_score=number,
        max_score=number,
        pass_threshold=number,
        position_bias_corrected=st.none() | st.booleans(),
        created_at=moment,
        updated_at=moment,
        owner_id=word,
        history=st.lists(step, max_size=2).map(tuple) | step.map(lambda one: (one,) * 30),
        error=word,
        results=st.none() | results(),
    )


def list_questions() -> st.SearchStrategy[ListJobs]:
    """Any question that can be typed."""
    # The grammar takes one line of 100 characters at most, without controls and half pairs.
    characters = st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \"'\\&<>,:=@#!")
    part = st.none() | st.text(characters, min_size=1, max_size=100).map(
        lambda text: text.strip() or "qwen"
    )
    wanted = st.builds(
        JobFilter,
        type=st.none() | st.sampled_from(EvaluationType),
        model=part,
        judge=part,
        dataset=part,
    )
    return st.builds(
        ListJobs,
        statuses=st.frozensets(st.sampled_from(Status)),
        limit=st.none() | st.integers(1, 100),
        filter=st.just(JobFilter()) | wanted,
        since=st.none()
        | st.integers(1, 10_000).map(lambda hours: timedelta(hours=hours))
        | st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)),
        sort=st.sampled_from(Sort),
        public=st.booleans(),
    )


def slack_ids() -> st.SearchStrategy[str]:
    """Whom a watch may mention: people and groups, as many as a command can name."""
    return st.from_regex(r"[UWS][A-Z0-9]{1,20}", fullmatch=True)


def notices() -> st.SearchStrategy[Notice]:
    """Whatever may have become of any job, with far too many to mention among them."""
    crowd = tuple(f"S{number:020}" for number in range(200))
    return st.builds(
        Notice,
        kind=st.sampled_from((Kind.STARTED, Kind.ENDED, Kind.CORRECTED)),
        job=jobs(),
        previous_status=st.none() | st.sampled_from(Status) | texts(),
        mentions=st.lists(slack_ids(), max_size=3).map(tuple) | st.just(crowd),
        watches=st.just((1,)),
    )


def watches() -> st.SearchStrategy[Watch]:
    """Any watch, with texts in its filter that nobody could type."""
    part = st.none() | texts()
    wanted = st.builds(
        JobFilter,
        type=st.none() | st.sampled_from(EvaluationType),
        model=part,
        judge=part,
        dataset=part,
    )
    return st.builds(
        Watch,
        channel=st.sampled_from(("C0EVALS", "D0DIRECT", "U0MEMBER")),
        job=st.none() | job_ids(),
        filter=wanted,
        events=st.frozensets(st.sampled_from(Event), min_size=1),
        notify=st.lists(slack_ids(), max_size=3).map(tuple),
        thread=st.booleans(),
        created_by=st.none() | st.just("U0MEMBER"),
        origin=st.sampled_from(Origin),
        since=moments(),
        number=st.integers(1, 10**9),
        paused_until=st.none() | moments(),
        fault=st.none() | st.just("is_archived") | texts(),
        last_sent_at=st.none() | moments(),
    )


def rows() -> st.SearchStrategy[Row]:
    """Any row of the outbox but for its payload."""
    return st.builds(
        Row,
        key=st.just("key"),
        kind=st.sampled_from(Kind),
        channel=st.sampled_from(("C0EVALS", "D0DIRECT", "U0MEMBER")),
        subject=texts(),
        due_at=moments(),
        id=st.integers(1, 10**9),
        state=st.sampled_from(State),
        error=st.none() | texts(),
        created_at=moments(),
        sent_at=st.none() | moments(),
    )
