"""Quality (校验): each feed's suite, run by Great Expectations; findings with the cell, a verdict. Cheap to import."""

from __future__ import annotations

from cunfang.quality.basis import Account, Bank, Basis, Document
from cunfang.quality.gate import BrokenRuleError, check
from cunfang.quality.report import CheckReport, CheckResult

__all__ = ["Account", "Bank", "Basis", "BrokenRuleError", "CheckReport", "CheckResult", "Document", "check"]
