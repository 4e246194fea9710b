"""periods: the SQL stands in include/sql/migrations/0035_periods.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0035_periods.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0035_periods.down.sql")
