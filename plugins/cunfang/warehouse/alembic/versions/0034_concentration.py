"""concentration: the SQL stands in include/sql/migrations/0034_concentration.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0034_concentration.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0034_concentration.down.sql")
