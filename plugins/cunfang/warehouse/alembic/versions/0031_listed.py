"""listed: the SQL stands in include/sql/migrations/0031_listed.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0031_listed.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0031_listed.down.sql")
