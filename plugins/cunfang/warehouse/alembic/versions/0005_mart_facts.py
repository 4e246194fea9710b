"""mart_facts: the SQL stands in include/sql/migrations/0005_mart_facts.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0005_mart_facts.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0005_mart_facts.down.sql")
