"""sign_request: the SQL stands in include/sql/migrations/0028_sign_request.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0028_sign_request.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0028_sign_request.down.sql")
