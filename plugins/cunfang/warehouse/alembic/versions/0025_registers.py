"""registers: the SQL stands in include/sql/migrations/0025_registers.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0025_registers.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0025_registers.down.sql")
