"""What supervisors and the leading group say: metrics, events, decisions (S15, S20, S24). Made up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dawu import calendar, credit
from dawu.accounts import ADJUSTABLE_DECISION, account
from dawu.banks import Bank, present
from dawu.table import Table, Value

PRUDENTIAL_COLUMNS: Final = "institution as_of metric value scope"
EVENT_COLUMNS: Final = "event institution kind severity found_on decided_on decision note"
DECISION_COLUMNS: Final = (
    "decision kind institution account amount rate valid_from valid_to reason decided_on approver document_sha256"
)
APPROVER: Final = "大悟县政府性资金存放管理领导小组"
RATIO: Final = Decimal("0.0001")

LIQUIDITY: Final = {
    "ADBC": "0.3020", "ICBC": "0.4127", "ABC": "0.3160", "BOC": "0.3391",
    "CCB": "0.3145", "PSBC": "0.5230", "HBB": "0.4405", "DWRCB": "0.3312",
}  # fmt: skip
COVERAGE: Final = {
    "ICBC": "2.1490", "ABC": "3.0210", "BOC": "1.9960", "CCB": "2.3360",
    "PSBC": "2.5930", "HBB": "2.0140", "DWRCB": "1.7130",
}  # fmt: skip
CAPITAL: Final = {
    "ICBC": "0.1938", "ABC": "0.1816", "BOC": "0.1875", "CCB": "0.1969",
    "PSBC": "0.1420", "HBB": "0.1211", "DWRCB": "0.1286",
}  # fmt: skip
STRAINED: Final = {
    ("ABC", "liquidity_ratio", 4): Decimal("0.1820"),
    ("DWRCB", "provision_coverage", 4): Decimal("1.4300"),
}
"""Limits broken at the end of 2025: 25% liquidity by more than a quarter of it, 150% coverage by a little."""

EVENTS: Final = (
    (1, "BOC", "tied_deposit", "note", date(2025, 2, 18), None, "", "示例数据：企业反映先存款后贷款，已约谈提醒"),
    (2, "DWRCB", "penalty", "note", date(2025, 5, 13), date(2025, 6, 10), "", "示例数据：反假货币宣传不到位，责令改正"),
    (3, "ICBC", "tied_deposit", "note", date(2025, 8, 21), None, "", "示例数据：群众反映贷款搭售理财，核查不实"),
    (4, "PSBC", "tied_deposit", "note", date(2025, 10, 22), None, "", "示例数据：企业反映先存款后贷款，已约谈提醒"),
    (4, "CCB", "penalty", "deduct", date(2025, 10, 29), date(2025, 11, 14), "孝银罚决字〔2025〕6号（示例）",
     "示例数据：账户管理不合规，警告并处罚款"),
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """A ruling of the leading group; `amount` in yuan."""

    number: str
    kind: str
    bank: str
    decided_on: date
    valid_from: date
    valid_to: date
    reason: str
    account: str | None = None
    amount: Decimal | None = None

    @property
    def digest(self) -> str:
        """What stands for the digest of the scanned paper, which does not exist: that of its number."""
        return hashlib.sha256(self.number.encode()).hexdigest()


DECISIONS: Final = (
    Decision(
        ADJUSTABLE_DECISION,
        "adjustable",
        "ABC",
        decided_on=date(2025, 10, 20),
        valid_from=date(2025, 10, 20),
        valid_to=date(2026, 12, 31),
        reason="示例数据：该非税专户资金可按季调度，同意纳入调整",
        account=account("ABC", 4).number,
    ),
    Decision(
        "悟政金〔2025〕3号（示例）",
        "carve_out",
        "HBB",
        decided_on=date(2025, 11, 28),
        valid_from=date(2025, 11, 28),
        valid_to=date(2025, 12, 31),
        reason="示例数据：当年新设机构，一事一议确定资金支持额度",
        amount=Decimal("10000000.00"),
    ),
)


def prudential(quarter: int) -> Table:
    """Metrics of the quarter as ratios; the npl ratio is the one that `pboc_credit` implies."""
    loans = {bank.code: row for bank, row in credit.sheet(quarter)}
    return Table.of(
        PRUDENTIAL_COLUMNS,
        (line for bank in present(quarter) for line in _metrics(bank, loans[bank.code], quarter)),
    )


def _metrics(bank: Bank, row: credit.Credit, quarter: int) -> Iterator[tuple[Value, ...]]:
    own = "legal_person" if bank.legal_person == "local" else "branch"
    dice = calendar.dice(f"prudential/{bank.code}/{quarter}")

    def near(value: str) -> Decimal:
        moved = Decimal(value) * (1 + Decimal(dice.randint(-150, 150) if quarter < 4 else 0) / 10_000)
        return moved.quantize(RATIO, ROUND_HALF_UP)

    metrics = {
        "liquidity_ratio": (near(LIQUIDITY[bank.code]), own),
        "npl_ratio": ((Decimal(row.npl) / row.loans).quantize(RATIO, ROUND_HALF_UP), own),
    }
    if bank.code in COVERAGE:
        metrics["provision_coverage"] = (near(COVERAGE[bank.code]), "legal_person")
        metrics["capital_adequacy"] = (near(CAPITAL[bank.code]), "legal_person")
    for metric, (value, scope) in metrics.items():
        yield bank.code, calendar.end(quarter), metric, STRAINED.get((bank.code, metric, quarter), value), scope


def events(quarter: int) -> Table:
    """Supervisory events found in the quarter."""
    found = [event for event in EVENTS if calendar.start(quarter) <= event[4] <= calendar.end(quarter)]
    return Table.of(EVENT_COLUMNS, ((f"JG{calendar.YEAR}Q{quarter}-{n:02d}", *e[1:]) for n, e in enumerate(found, 1)))


def decisions(quarter: int) -> Table:
    """Decisions taken in the quarter; a quarter without one delivers the header alone (零报告)."""
    taken = (d for d in DECISIONS if calendar.start(quarter) <= d.decided_on <= calendar.end(quarter))
    return Table.of(
        DECISION_COLUMNS,
        (
            (
                d.number,
                d.kind,
                d.bank,
                d.account,
                d.amount,
                None,
                d.valid_from,
                d.valid_to,
                d.reason,
                d.decided_on,
                APPROVER,
                d.digest,
            )
            for d in taken
        ),
    )
