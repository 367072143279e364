"""Every wait of the delivery in one value, so that a test can shorten all of them by one factor."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, each at pace 1.

    Attributes:
        gap: between two posts to one channel (https://docs.slack.dev/apis/web-api/rate-limits).
        deadline: until a post without an answer is in doubt.
        settle: from a doubt until the doubtful request cannot land any more, so that looking for it
            tells the truth. How late real Slack shows a message is not known.
        lease: how long a claim holds when its holder says nothing; longer than a deadline.
        retry: before a refused row is tried again; doubled each time, up to ``retry_most``.
        pause: between two tries of a channel that Slack refuses.
        idle: between two looks for due rows when nothing woke the delivery.
    """

    gap: float = 1.0
    deadline: float = 10.0
    settle: float = 15.0
    lease: float = 30.0
    retry: float = 2.0
    retry_most: float = 300.0
    pause: float = 3600.0
    idle: float = 1.0

    def scaled(self, factor: float) -> "Pace":
        """All of them times ``factor`` (``EVALS_PACE``)."""
        return replace(self, **{f.name: getattr(self, f.name) * factor for f in fields(self)})
