"""Warnings (预警): supervisory figures judged against the limits of the rule book in force (S20)."""

from cunfang.warnings.watch import Warned, standing_warnings, watch

__all__ = ["Warned", "standing_warnings", "watch"]
