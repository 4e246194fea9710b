"""amounts: the SQL stands in include/sql/migrations/0016_amounts.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0016_amounts.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0016_amounts.down.sql")
