"""Evaluation (考核): pin the inputs, run the SQL of include/sql/eval, stop with a question where one is due."""

from cunfang.evaluation.pin import Input, missing_feeds, pin
from cunfang.evaluation.run import Evaluated, evaluate
from cunfang.evaluation.steps import RunStoppedError, compute

__all__ = ["Evaluated", "Input", "RunStoppedError", "compute", "evaluate", "missing_feeds", "pin"]
