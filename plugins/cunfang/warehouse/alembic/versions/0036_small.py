"""small: the SQL stands in include/sql/migrations/0036_small.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0036_small.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0036_small.down.sql")
