"""Why a simulation cannot start."""

from __future__ import annotations


class SimulationError(ValueError):
    """What was asked does not fit the county, the rule book or the quarter; the message says what, in Chinese."""
