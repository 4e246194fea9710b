"""Intake (接收): the steps from the inbox to core. Each may be repeated at any time with the same result."""

from __future__ import annotations

from cunfang.intake.checking import check
from cunfang.intake.deciding import checked_on_older, decide, receipt, to_check_again
from cunfang.intake.grounds import standing
from cunfang.intake.inbox import SETTLE_SECONDS, pending
from cunfang.intake.landing import land
from cunfang.intake.readiness import stranded, to_check, waiting_for, waiting_for_nothing
from cunfang.intake.reading import read
from cunfang.intake.states import State, state
from cunfang.intake.submissions import OutOfTurnError, Reported, Submission, load, reported, undecided
from cunfang.intake.taking_in import in_order, take_in

__all__ = [
    "SETTLE_SECONDS",
    "OutOfTurnError",
    "Reported",
    "State",
    "Submission",
    "check",
    "checked_on_older",
    "decide",
    "in_order",
    "land",
    "load",
    "pending",
    "read",
    "receipt",
    "reported",
    "standing",
    "state",
    "stranded",
    "take_in",
    "to_check",
    "to_check_again",
    "undecided",
    "waiting_for",
    "waiting_for_nothing",
]
