"""mart_comments: the SQL stands in include/sql/migrations/0008_mart_comments.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0008_mart_comments.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0008_mart_comments.down.sql")
