"""Jobs that the list leaves out: which of them are asked for by their ids, and for how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.jobs import ACTIVE
from bot.domain.seen import SeenJob

GIVE_UP_AFTER = timedelta(days=7)
LONGEST_WAIT = timedelta(hours=1)
_PATIENCE = 10
"""The next question comes after a tenth of the time for which they were in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    at: datetime
    in_vain_since: datetime | None


class Absentees:
    """When each absent job was last asked for, kept in memory: a restart asks again at once."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}

    def due(self, absent: Iterable[str], *, now: datetime) -> list[str]:
        """Those of the absent that it is time to ask for, whoever waits longest first.

        Everyone else is forgotten: who is on the list again has nothing to wait for.
        """
        ids = list(dict.fromkeys(absent))
        self._asked = {job_id: self._asked[job_id] for job_id in ids if job_id in self._asked}
        fresh = [job_id for job_id in ids if job_id not in self._asked]
        waiting = sorted(self._asked.items(), key=lambda item: item[1].at)
        return fresh + [job_id for job_id, asked in waiting if _is_due(asked, now=now)]

    def note(self, job_id: str, *, in_vain: bool, now: datetime) -> None:
        """Remember a question, and whether it told nothing that leads to the job's end."""
        asked = self._asked.get(job_id)
        since = asked.in_vain_since if asked is not None else None
        self._asked[job_id] = _Asked(at=now, in_vain_since=(since or now) if in_vain else None)

    def is_lost(self, seen: SeenJob, *, now: datetime) -> bool:
        """Whether to give a job up: in vain until now, and for a week in all.

        A job in a status that leads nowhere that we know of was first seen a week ago; any other
        one was last seen then.
        """
        asked = self._asked.get(seen.id)
        if asked is None or asked.in_vain_since is None:
            return False
        since = seen.last_seen_at if seen.job.status in ACTIVE else seen.first_seen_at
        return now - since >= GIVE_UP_AFTER


def _is_due(asked: _Asked, *, now: datetime) -> bool:
    if asked.in_vain_since is None:
        return True
    return now - asked.at >= min((now - asked.in_vain_since) / _PATIENCE, LONGEST_WAIT)
