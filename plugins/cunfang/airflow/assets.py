"""What the DAGs announce to each other, one partition per `region|period`, or `region|period|order` for orders."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.sdk import Asset

PERIOD_READY = Asset(name="period_ready", uri="cunfang://period_ready")
OUTBOX = Asset(name="outbox", uri="cunfang://outbox")
SIGN_OFF = Asset(name="sign_off", uri="cunfang://sign_off")
"""An order waits for a signature."""
ORDER_SIGNED = Asset(name="order_signed", uri="cunfang://order_signed")
"""Every signature of an order is given."""
MOVED = Asset(name="moved", uri="cunfang://moved")
"""Something came in by which transfers are judged."""
SUPERVISED = Asset(name="supervised", uri="cunfang://supervised")
"""Something came in by which banks are warned, or lose their deposits: what stands against them, or what they hold."""

FED: Mapping[Asset, frozenset[str]] = {
    # An account that is new held nothing before, which its first transfer is confirmed by.
    MOVED: frozenset({"core.bank_return", "core.balance", "core.account"}),
    SUPERVISED: frozenset({"core.prudential", "core.supervisory_event", "core.account", "core.balance"}),
}
"""Asset → the tables that it speaks of: accepting a feed whose contract fills one of them announces it."""


def feed_asset(feed: str) -> Asset:
    """Accepted submissions of a feed."""
    return Asset(name=f"feed_{feed}", uri=f"cunfang://feed/{feed}")
