"""plan: the SQL stands in include/sql/migrations/0022_plan.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0022_plan.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0022_plan.down.sql")
