"""clock: the SQL stands in include/sql/migrations/0033_clock.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0033_clock.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0033_clock.down.sql")
