"""holds: the SQL stands in include/sql/migrations/0030_holds.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0030_holds.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0030_holds.down.sql")
