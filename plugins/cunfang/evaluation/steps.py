"""Run the evaluation's SQL over a batch of runs, in file order; an `ask` step may stop it with questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cunfang.evaluation import planning, true_up
from cunfang.evaluation.planning import plan_transfers
from cunfang.finding import Finding, Klass
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows, run

SCORING = ("05_lineage", "10_candidates", "10_disqualifications", "10_obstacles", "10_suspensions",
           "10_participants", "12_ask_participants", "14_ask_decisions", "20_holdings", "22_ask_holdings",
           "24_moments", "25_observed", "28_readings", "29_valued", "29_counted", "30_indicator_values",
           "31_ask_missing", "32_ask_values", "33_flow_gaps", "34_ask_flows", "36_references",
           "37_ask_references", "40_cohort", "41_criteria", "42_own_references", "43_places", "44_ask_points",
           "45_compared", "45_reckoned", "46_explained", "47_points", "48_supplements", "50_scores", "52_ask_scores",
           "54_compared_years", "54_four_falling", "55_ask_four_falling", "56_only_scored")  # fmt: skip
# The same form is solved for the policy bank's cap, for the targets, and once more after a reduction.
ALLOCATION = ("60_totals", "61_solver_tables", "62_policy_bounds", "70_solve", "64_policy_support", "65_quota",
              "65_ask_total", "66_bounds", "67_ask_amounts", "68_ask_bounds", "70_solve", "72_four_falling",
              "68_ask_bounds", "70_solve", "73_ask_noted", "73_ask_true_ups", "74_bounded",
              "75_allocation")  # fmt: skip
WORK_TABLES = ("batch", "ruling", "candidate", "ban", "obstacle", "suspended", "late", "leaf", "base", "observed",
               "flow", "cumulated", "owed", "reading", "measured", "valued", "flow_gap", "referred", "compared_year",
               "judged",
               "cohort", "peer", "criterion", "own_reference", "stretched", "place", "stock", "controlled",
               "policy_bank", "pot", "bound", "solution", *true_up.WORK_TABLES, *planning.WORK_TABLES)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What an `ask` step said of a run."""

    run_id: int
    finding: Finding


class RunStoppedError(Exception):
    """The evaluation cannot go on without an answer; nothing of it was kept."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = list(answers)
        super().__init__("；".join(f"[{item.finding.check}] {item.finding.message}" for item in answers))

    @property
    def findings(self) -> list[Finding]:
        """The questions, each with what to do."""
        return [item.finding for item in self.answers]


def compute(connection: Connection, run_ids: Sequence[int]) -> list[Answer]:
    """Fill eval.* for pinned runs, from participants to legs, in the caller's transaction.

    Gives what is noted without stopping (macro class). Raises RunStoppedError when an answer is needed; the caller
    rolls back.
    """
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    copy_rows(connection, "batch", ("run_id",), ((run_id,) for run_id in run_ids))
    connection.execute(text("ANALYZE batch"))
    noted = take(connection, SCORING)
    noted += take(connection, ALLOCATION)
    true_up.settle(connection)
    plan_transfers(connection, run_ids)
    run(connection, "eval/90_adjustment.sql")
    connection.execute(text(f"DROP TABLE {', '.join(WORK_TABLES)} CASCADE"))
    return noted


def take(connection: Connection, steps: Sequence[str]) -> list[Answer]:
    """Run `steps`; what the questions among them noted."""
    noted: list[Answer] = []
    for step in steps:
        if "_ask_" in step:
            noted += _ask(connection, step)
        else:
            run(connection, f"eval/{step}.sql")
    return noted


def _ask(connection: Connection, step: str) -> list[Answer]:
    answers = [
        Answer(row["run_id"], Finding(row["check_id"], Klass(row["class"]), row["message"], row["advice"]))
        for row in rows(connection, f"eval/{step}.sql")
    ]
    if any(item.finding.blocking for item in answers):
        raise RunStoppedError(answers)
    return answers
