"""Two rows about one decision cannot give it two days: a ban runs from it (S22)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed
from cunfang.finding import Finding, Klass
from cunfang.quality import Basis, check

FIRST = {
    "event": "E1", "institution": "ICBC", "kind": "压票", "severity": "disqualify", "found_on": "2025-11-01",
    "decided_on": "2025-11-20", "decision": "悟政办〔2025〕3号",
}  # fmt: skip
SECOND = FIRST | {"event": "E2", "institution": "ABC", "kind": "退票"}
Typing = Callable[[str, Sequence[Mapping[str, str]]], Typed]


def contradictions(typed: Typing, basis: Basis, *rows: Mapping[str, str]) -> list[Finding]:
    report = check(contract("supervisory_events"), typed("supervisory_events", rows), basis, file="违规.csv")
    return [finding for finding in report.findings if finding.check == "SUP-V013"]


def test_one_decision_with_two_days_is_refused_at_the_second_row(typed: Typing, basis: Basis) -> None:
    (finding,) = contradictions(typed, basis, FIRST, SECOND | {"decided_on": "2025-11-21"})
    assert (finding.klass, finding.record_no, finding.column) == (Klass.VALIDITY, 2, "decided_on")
    assert finding.message == "事件 E2 的决定 悟政办〔2025〕3号 写作 2025-11-21，前面同一文号写作 2025-11-20。"
    assert "三年从它起算" in finding.advice


def test_one_decision_about_two_banks_and_two_decisions_of_other_days_are_accepted(typed: Typing, basis: Basis) -> None:
    other = SECOND | {"decided_on": "2025-12-01", "decision": "悟政办〔2025〕4号"}
    assert contradictions(typed, basis, FIRST, SECOND) == []
    assert contradictions(typed, basis, FIRST, other) == []
