"""Slack's table, data_table and data_visualization blocks, as rules.

Where published copies of a limit disagree, the smaller figure stands here: what passes passes on
every version of Slack.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.rich_text import RICH_TEXT
from bot.sandbox.slack.rules import (
    Problem,
    Rule,
    boolean,
    items,
    kinds,
    number,
    one_of,
    record,
    string,
    whole,
)

# https://docs.slack.dev/reference/block-kit/blocks/table-block
TABLE_ROWS = 100
COLUMNS = 20
# Over all cells of all tables of one message.
TABLE_CHARS = 10_000
# https://docs.slack.dev/reference/block-kit/blocks/data-table-block
DATA_TABLE_ROWS = 101
PAGE_ROWS = 100
# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
CHART_TITLE_CHARS = 50
CHART_LABEL_CHARS = 20
AXIS_LABEL_CHARS = 50
SERIES = 6
POINTS = 20

_BLOCK_ID: dict[str, Rule] = {"block_id": string(most=255)}
_RAW_TEXT = record(required={"text": string(most=TABLE_CHARS)})
_RAW_NUMBER = record(required={"value": number, "text": string(most=TABLE_CHARS)})
_CELL = kinds({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT})


def _or_null(inner: Rule) -> Rule:
    return lambda value, at: () if value is None else inner(value, at)


def _rows_are_equal(value: Any, at: str) -> Iterator[Problem]:
    for index, row in enumerate(value["rows"]):
        if len(row) != len(value["rows"][0]):
            yield Problem("all rows must have the same number of cells", f"{at}/rows/{index}")


def _header_is_raw(value: Any, at: str) -> Iterator[Problem]:
    for index, cell in enumerate(value["rows"][0]):
        if cell["type"] == "rich_text":
            yield Problem("unsupported type: rich_text", f"{at}/rows/0/{index}/type")


def _points_match(value: Any, at: str) -> Iterator[Problem]:
    """Each series has one point for each category, and a name of its own."""
    categories = sorted(value["axis_config"]["categories"])
    names = [one["name"] for one in value["series"]]
    for index, one in enumerate(value["series"]):
        if sorted(point["label"] for point in one["data"]) != categories:
            yield Problem("data must match axis_config.categories", f"{at}/series/{index}/data")
        if names.index(one["name"]) != index:
            yield Problem("series names must be unique", f"{at}/series/{index}/name")


def _positive(value: Any, at: str) -> Iterator[Problem]:
    yield from number(value, at)
    if isinstance(value, int | float) and value <= 0:
        yield Problem("must be greater than 0", at)


_LABEL = string(most=CHART_LABEL_CHARS)
_POINT = record(required={"label": _LABEL, "value": number})
_PLOT = record(
    _points_match,
    required={
        "series": items(
            record(required={"name": _LABEL, "data": items(_POINT, most=POINTS)}), most=SERIES
        ),
        "axis_config": record(
            required={"categories": items(_LABEL, most=POINTS)},
            optional={
                "x_label": string(most=AXIS_LABEL_CHARS),
                "y_label": string(most=AXIS_LABEL_CHARS),
            },
        ),
    },
)
_PIE = record(
    required={
        "segments": items(record(required={"label": _LABEL, "value": _positive}), most=SERIES)
    }
)

TABLE = record(
    required={"rows": items(items(_CELL, most=COLUMNS), most=TABLE_ROWS)},
    optional={
        **_BLOCK_ID,
        "column_settings": items(
            _or_null(
                record(optional={"align": one_of("left", "center", "right"), "is_wrapped": boolean})
            ),
            least=0,
            most=COLUMNS,
        ),
    },
)
DATA_TABLE = record(
    _rows_are_equal,
    _header_is_raw,
    required={
        "caption": string(most=TABLE_CHARS),
        "rows": items(items(_CELL, most=COLUMNS), least=2, most=DATA_TABLE_ROWS),
    },
    optional={
        **_BLOCK_ID,
        "page_size": whole(1, PAGE_ROWS),
        "row_header_column_index": whole(0, COLUMNS - 1),
    },
)
DATA_VISUALIZATION = record(
    required={
        "title": string(most=CHART_TITLE_CHARS),
        "chart": kinds({"pie": _PIE, "bar": _PLOT, "area": _PLOT, "line": _PLOT}),
    },
    optional=_BLOCK_ID,
)
