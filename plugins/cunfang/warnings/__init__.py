"""Warnings (预警): supervisory figures judged against the limits of the rule book in force (S20)."""

from cunfang.warnings.watch import watch

__all__ = ["watch"]
