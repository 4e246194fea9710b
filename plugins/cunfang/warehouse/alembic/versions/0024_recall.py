"""recall: the SQL stands in include/sql/migrations/0024_recall.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0024_recall.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0024_recall.down.sql")
