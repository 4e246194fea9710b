"""What checking gives: one result per rule, one finding per fault."""

from __future__ import annotations

from dataclasses import dataclass

from cunfang.finding import Finding, Klass


@dataclass(frozen=True)
class CheckResult:
    """How one rule went: `evaluated` rows were looked at, `unexpected` of them broke it."""

    check: str
    klass: Klass
    passed: bool
    evaluated: int
    unexpected: int


@dataclass(frozen=True)
class CheckReport:
    """The verdict on one submission."""

    results: tuple[CheckResult, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def blocking(self) -> bool:
        """Whether a finding must be corrected before the submission can be accepted (design §3)."""
        return any(finding.blocking for finding in self.findings)
