"""core: the SQL stands in include/sql/migrations/0002_core.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0002_core.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0002_core.down.sql")
