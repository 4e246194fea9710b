"""order_mart: the SQL stands in include/sql/migrations/0027_order_{mart,views,words}.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    for part in ("mart", "views", "words"):
        run(op.get_bind(), f"migrations/0027_order_{part}.up.sql")


def downgrade() -> None:
    for part in ("views", "mart", "words"):
        run(op.get_bind(), f"migrations/0027_order_{part}.down.sql")
