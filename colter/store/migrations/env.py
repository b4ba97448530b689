"""Runs the migrations on the connection that `colter.store.migrate` hands over, inside its transaction."""

from alembic import context

import colter.store.resuming  # noqa: F401  tells alembic how to go on with what was interrupted
from colter.store.schema import VERSION_TABLE
from colter.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
