"""mart_pages: the SQL stands in include/sql/migrations/0007_mart_pages.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0007_mart_pages.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0007_mart_pages.down.sql")
