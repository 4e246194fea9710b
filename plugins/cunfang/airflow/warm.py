"""Heavy imports, paid once in the process that forks the workers."""

from __future__ import annotations

import importlib
import logging

_MODULES = (
    "great_expectations",
    "cunfang.intake",
    "cunfang.evaluation.official",
    "cunfang.orders",
    "cunfang.documents.workbook",
    "cunfang.delivery.announce",
)


def warm_up() -> None:
    """Import what every task would import, and read the feed contracts; forked tasks then find them in memory."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    for module in _MODULES:
        importlib.import_module(module)
    importlib.import_module("cunfang.feeds.contract").contracts()
