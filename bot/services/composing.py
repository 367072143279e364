"""What a row of the outbox says, at the moment when it is sent."""

from bot.domain.notices import load_notice
from bot.domain.outbox import Kind, Row, State
from bot.ports import Outbox
from bot.rendering.asides import advice_message, greeting_message, operator_message
from bot.rendering.bursts import group_message, missed_message
from bot.rendering.kit import Message
from bot.rendering.notices import notice_message, sample_message

MISSED_AT_MOST = 1000
"""So many notices that a mute kept back are looked at, the newest."""


async def compose(row: Row, outbox: Outbox) -> Message | None:  # noqa: PLR0911 - one a kind
    """The message of a row; None when there is nothing left to say, so that it is skipped.

    Raises:
        StoreError: the database does not answer.
    """
    said = row.payload
    match row.kind:
        case Kind.STARTED | Kind.ENDED | Kind.CORRECTED:
            return notice_message(load_notice(said))
        case Kind.GROUP:
            return group_message([load_notice(notice) for notice in said["notices"]])
        case Kind.MISSED:
            return await _missed(row, outbox)
        case Kind.OPERATOR:
            return operator_message(said["reason"], said["detail"])
        case Kind.ADVICE:
            return advice_message(said["channel"], said["fault"], said["numbers"])
        case Kind.GREETING:
            return greeting_message()
        case Kind.SAMPLE:
            return sample_message()


async def _missed(row: Row, outbox: Outbox) -> Message | None:
    """Its row is stored when the mute begins, and due when it ends."""
    kept_back = await outbox.rows(
        channel=row.channel, state=State.MUTED, since=row.created_at, limit=MISSED_AT_MOST
    )
    notices = [
        load_notice(one.payload)
        for one in reversed(kept_back)
        if one.kind in {Kind.ENDED, Kind.CORRECTED}
    ]
    return missed_message(notices, since=row.created_at) if notices else None
