"""raw_ops: the SQL stands in include/sql/migrations/0001_raw_ops.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run(op.get_bind(), "migrations/0001_raw_ops.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0001_raw_ops.down.sql")
