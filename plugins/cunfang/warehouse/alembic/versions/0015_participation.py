"""participation: the SQL stands in include/sql/migrations/0015_participation.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0015_participation.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0015_participation.down.sql")
