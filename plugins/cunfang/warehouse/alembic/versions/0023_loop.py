"""loop: the SQL stands in include/sql/migrations/0023_*.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0023_loop.up.sql")
    run(op.get_bind(), "migrations/0023_reconciliation.up.sql")
    run(op.get_bind(), "migrations/0023_timeliness.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0023_loop.down.sql")
