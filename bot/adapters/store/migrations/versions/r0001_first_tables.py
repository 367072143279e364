"""The first tables: jobs seen, watches, the outbox, and what keeps replicas apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

_RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make everything."""
    document = sa.JSON().with_variant(JSONB(), "postgresql")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("job", document, nullable=False),
        sa.Column("first_seen_at", moment, nullable=False),
        sa.Column("last_seen_at", moment, nullable=False),
        sa.Column("started_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
    )
    op.create_index(
        "jobs_unfinished",
        "jobs",
        ["first_seen_at", "id"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index("jobs_ended", "jobs", ["ended_at"])
    op.create_table(
        "watches",
        sa.Column("number", number, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("job", sa.Text),
        sa.Column("filter", document, nullable=False),
        sa.Column("events", document, nullable=False),
        sa.Column("notify", document, nullable=False),
        sa.Column("thread", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.Text),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("identity", sa.Text),
        sa.Column("since", moment, nullable=False),
        sa.Column("sameness", sa.Text, nullable=False),
        sa.Column("paused_until", moment),
        sa.Column("fault", sa.Text),
        sa.Column("last_sent_at", moment),
        sa.Column("ended_at", moment),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "watches_same",
        "watches",
        ["sameness"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_table(
        "outbox",
        sa.Column("id", number, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", document, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_until", moment),
        sa.Column("ts", sa.Text),
        sa.Column("thread_ts", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("doubted_at", moment),
        sa.Column("not_found", sa.Integer, nullable=False),
        sa.Column("covered_by", number),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("sent_at", moment),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_subject", "outbox", ["subject"])
    op.create_index("outbox_state", "outbox", ["state", "channel"])
    op.create_table(
        "holds",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("until", moment, nullable=False),
    )
    op.create_table(
        "mutes",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("row_key", sa.Text, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", moment, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", document, nullable=False),
    )
