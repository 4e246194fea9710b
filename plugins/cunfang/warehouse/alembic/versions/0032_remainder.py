"""remainder: the SQL stands in include/sql/migrations/0032_remainder.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0032_remainder.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0032_remainder.down.sql")
