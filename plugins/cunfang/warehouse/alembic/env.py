"""Alembic's environment: one transaction for all revisions, so that a failed migration leaves no half."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.begin() as connection:
    # Two processes that start together must not migrate together.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.migrate'))"))
    context.configure(connection=connection, version_table="cunfang_version")
    with context.begin_transaction():
        context.run_migrations()
