"""Evaluation (考核): pin the inputs, run the SQL of include/sql/eval, stop with a question where one is due."""

from cunfang.evaluation.lateness import Substitute, apply_late_rules, standing_substitutes
from cunfang.evaluation.pin import Input, Pinned, missing_feeds, pin, replaceable_feeds
from cunfang.evaluation.run import Evaluated, evaluate, evaluate_within
from cunfang.evaluation.steps import RunStoppedError, compute

__all__ = [
    "Evaluated",
    "Input",
    "Pinned",
    "RunStoppedError",
    "Substitute",
    "apply_late_rules",
    "compute",
    "evaluate",
    "evaluate_within",
    "missing_feeds",
    "pin",
    "replaceable_feeds",
    "standing_substitutes",
]
