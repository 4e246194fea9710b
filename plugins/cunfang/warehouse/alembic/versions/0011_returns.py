"""returns: the SQL stands in include/sql/migrations/0011_returns.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0011_returns.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0011_returns.down.sql")
