"""What the fields of Together's objects may hold, as schemas that pydantic-core runs as it parses.

- **Numbers**: a text, a boolean, NaN, an infinity and what lies outside a field's meaning (a
  negative count, 120 per cent, anything beyond 2**53) is no number.
- **Times**: without a zone they are UTC. Before the year 2000 (programs write "never" as the year
  1 or 1970) and from the year 9000 on is no time.
"""

from datetime import UTC, datetime
from typing import Any, cast

from pydantic_core import CoreSchema
from pydantic_core import core_schema as core

_LARGEST = 2.0**53
"""Beyond it a float no longer tells two whole numbers apart; no count or score comes near."""

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)

Path = str | list[str] | list[list[str]]
"""Where a value stands: a field's name, the names on the way to it, or several such ways."""

Field = tuple[Path, CoreSchema, Any]
"""Where a value stands, what it may hold, and what it becomes when it is missing or cannot be read.

With ``...`` for that last one, the object around it cannot be read then.
"""

after = core.no_info_after_validator_function
"""What a function of ours makes of a value that fits a schema."""


def first_of(*schemas: CoreSchema) -> CoreSchema:
    """What the first of these makes of a value, or else the next one."""
    return core.union_schema(list(schemas), mode="left_to_right")


def object_with(**fields: CoreSchema) -> CoreSchema:
    """An object as a dict; what is missing in it or cannot be read stays out."""
    return core.typed_dict_schema(
        {
            name: core.typed_dict_field(
                core.with_default_schema(schema, on_error="omit"), required=False
            )
            for name, schema in fields.items()
        }
    )


def value_of(cls: type, **fields: Field) -> CoreSchema:
    """A frozen value made of an object, by the names that its fields have in ``cls``."""
    parts = [
        core.dataclass_field(
            name,
            schema if default is ... else or_else(schema, default),
            kw_only=True,
            validation_alias=cast("Any", path),  # its list may also hold numbers
        )
        for name, (path, schema, default) in fields.items()
    ]
    arguments = core.dataclass_args_schema(cls.__name__, parts)
    return core.dataclass_schema(cls, arguments, list(fields), slots=True)


def or_else(schema: CoreSchema, default: Any) -> CoreSchema:
    """The same, with ``default`` for what is missing or cannot be read."""
    return core.with_default_schema(schema, default=default, on_error="default")


def tuple_of(schema: CoreSchema) -> CoreSchema:
    """A list as a tuple; items that cannot be read stay out."""
    item = core.with_default_schema(schema, on_error="omit")
    return core.tuple_schema([item], variadic_item_index=0)


def _number(low: float, high: float) -> CoreSchema:
    return core.float_schema(strict=True, allow_inf_nan=False, ge=low, le=high)


def _utc(at: datetime) -> datetime:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not _EARLIEST <= aware < _LATEST:
        raise ValueError("no time of an evaluation")
    return aware.astimezone(UTC)


TEXT = core.str_schema(strict=True)
LABEL = core.str_schema(strict=True, pattern=r"^[^\x00]*$")  # databases take no NUL
FLAG = core.bool_schema(strict=True)
COUNT = _number(0, _LARGEST)
SCORE = _number(-_LARGEST, _LARGEST)
PERCENTAGE = _number(0, 100)
TIME = first_of(
    # As Together writes it, in UTC, without a detour through Python.
    core.datetime_schema(tz_constraint=0, ge=_EARLIEST, lt=_LATEST),
    after(_utc, core.datetime_schema()),
)
