"""Issue an approved run: orders and results into the mart, all or nothing."""

from __future__ import annotations

from sqlalchemy import Engine

from cunfang.evaluation.official import advance
from cunfang.warehouse.publish import publish

ISSUER = "cunfang"


def issue(engine: Engine, run_id: int) -> None:
    """Publish `run_id` and its orders in one transaction (S12). A run that is published already stays as it is.

    SignOffError when it was not approved.
    """
    with engine.begin() as connection:
        if advance(connection, run_id, "approved", "published", ISSUER):
            publish(connection, run_id)
