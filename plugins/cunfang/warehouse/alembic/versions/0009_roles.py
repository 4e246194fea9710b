"""roles: the SQL stands in include/sql/migrations/0009_roles.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0009_roles.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0009_roles.down.sql")
