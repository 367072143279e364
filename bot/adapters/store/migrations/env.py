"""Run by Alembic on the connection that ``adapters.store.migrating`` hands over. Not imported."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
