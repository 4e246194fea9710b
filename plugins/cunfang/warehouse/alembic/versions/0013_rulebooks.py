"""rulebooks: the SQL stands in include/sql/migrations/0013_rulebooks.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0013_rulebooks.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0013_rulebooks.down.sql")
