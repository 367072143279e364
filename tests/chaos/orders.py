"""What a victim is told from outside: where to die, and which rule to break. Names alone."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Self

KillPoint = Literal[
    "mid_baseline",
    "before_transaction",
    "after_transaction",
    "after_claim",
    "after_accept",
    "before_mark",
    "mid_reconcile",
]
Mutant = Literal[
    "no_reconcile",
    "no_unique_key",
    "mark_before_send",
    "sdk_retries",
    "naive_limit",
    "no_settle",
]
"""``no_reconcile`` is the control group: a message in doubt is simply posted again."""

VARIABLE = "EVALS_CHAOS"
BEGAN, RECORDED = "began", "recorded"
"""What a victim writes to its standard output: it is about to work; its first poll is stored."""
SQLITE_FILE = "evals.db"
FULL = "database-is-full"
"""While there is such a file in a victim's folder, its database takes no page more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """For one life of a victim.

    Attributes:
        name: which replica it is; it keeps its name when it is started again.
        point: where it kills itself, at the ``passing``-th time; None is nowhere.
        mutant: the rule that it breaks, None is none.
    """

    name: str = "victim"
    point: KillPoint | None = None
    passing: int = 1
    mutant: Mutant | None = None

    def as_environment(self) -> dict[str, str]:
        """One variable."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """What ``as_environment`` wrote.

        Raises:
            KeyError: there are no orders.
        """
        return cls(**json.loads(environment[VARIABLE]))
