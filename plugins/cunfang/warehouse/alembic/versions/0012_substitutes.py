"""substitutes: the SQL stands in include/sql/migrations/0012_substitutes.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0012_substitutes.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0012_substitutes.down.sql")
