"""What the DAGs announce to each other, one partition per `region|period`."""

from __future__ import annotations

from airflow.sdk import Asset

PERIOD_READY = Asset(name="period_ready", uri="cunfang://period_ready")
OUTBOX = Asset(name="outbox", uri="cunfang://outbox")


def feed_asset(feed: str) -> Asset:
    """Accepted submissions of a feed."""
    return Asset(name=f"feed_{feed}", uri=f"cunfang://feed/{feed}")
