"""corrections: the SQL stands in include/sql/migrations/0026_corrections.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0026_corrections.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0026_corrections.down.sql")
