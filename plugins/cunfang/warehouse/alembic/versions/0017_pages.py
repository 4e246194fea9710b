"""pages: the SQL stands in include/sql/migrations/0017_pages.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0017_pages.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0017_pages.down.sql")
