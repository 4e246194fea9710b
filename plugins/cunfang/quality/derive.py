"""Columns that a suite compares with and no file carries: from the registers, from earlier figures, from other rows."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from cunfang.feeds.normalise import WRITTEN, Scalar, Typed
from cunfang.institution import Entry, circles, name_form
from cunfang.quality import bans, printed, receipts, registers, windows
from cunfang.quality.basis import Basis
from cunfang.quality.row import Row as Row

Derivation = Callable[[list[Row], Basis], list[Scalar]]
Compare = Callable[[Decimal, Decimal], Decimal | None]
WORTH_COMPARING = Decimal(1_000_000)
"""An earlier amount below this many yuan says nothing about the unit of a later one."""


def rows(typed: Typed, basis: Basis, wanted: Iterable[str]) -> list[Row]:
    """The typed rows with `record_no` and those derived columns that `wanted` names."""
    found = [Row.of({**row.fields, "record_no": row.record_no}, row.written) for row in typed.rows]
    for name in sorted(set(wanted) & DERIVATIONS.keys()):
        for row, value in zip(found, DERIVATIONS[name](found, basis), strict=True):
            row[name] = value
    return found


def _each(function: Callable[[Row, Basis], Scalar]) -> Derivation:
    return lambda found, basis: [function(row, basis) for row in found]


def _of_bank(part: str) -> Derivation:
    return _each(lambda row, basis: getattr((basis.banks or {}).get(str(row["institution"])), part, None))


def _of_account(part: str, column: str = "account") -> Derivation:
    return _each(lambda row, basis: getattr((basis.accounts or {}).get(str(row[column])), part, None))


def _nearest(found: list[Row], basis: Basis) -> list[Scalar]:
    """Where a name was not resolved, those that it may mean; each looked for once: it is a walk of the register."""
    hints: dict[str, str] = {}

    def hint(row: Row) -> Scalar:
        name = "institution" if "institution" in row else "subject"
        written = row.get(name + WRITTEN)
        if row.get(name) is not None or not written or basis.register is None:
            return "没有相近的名称"
        if str(written) not in hints:
            hints[str(written)] = basis.register.hint(str(written))
        return hints[str(written)]

    return [hint(row) for row in found]


def _month_end(row: Row, basis: Basis) -> Scalar:
    day = row["as_of"]
    if not isinstance(day, date):
        return None
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _at_end(found: list[Row], basis: Basis) -> list[Scalar]:
    """The institution, where the row speaks of the period's end."""
    end = basis.period.end
    return [row["institution"] if row["as_of"] == end else None for row in found]


def _earlier(part: str, column: str) -> Derivation:
    def figures(found: list[Row], basis: Basis) -> list[Scalar]:
        known: Mapping[str, Mapping[str, Decimal]] = getattr(basis, part) or {}
        return [known.get(str(row["institution"]), {}).get(column) for row in found]

    return figures


def times(now: Scalar, before: Scalar) -> Decimal | None:
    """How many times the larger of two amounts is the smaller, to one place; None where that says nothing of the unit.

    Growth from almost nothing is a new bank, not a wrong unit; a fall from a large amount is compared however deep.
    """
    if not isinstance(now, Decimal) or not isinstance(before, Decimal) or not now or abs(before) < WORTH_COMPARING:
        return None
    small, large = sorted((abs(now), abs(before)))
    return (large / small).quantize(Decimal("0.1"))


def _times(column: str) -> Derivation:
    """How many times a figure at the period's end is the one before, or the other way round."""
    before = _earlier("previous", column)

    def figures(found: list[Row], basis: Basis) -> list[Scalar]:
        end = basis.period.end
        pairs = zip(found, before(found, basis), strict=True)
        return [times(row[column], then) if row["as_of"] == end else None for row, then in pairs]

    return figures


def _year_times(column: str) -> Derivation:
    return _each(lambda row, basis: times(row[column], row[column + "_year_start"]))


def _bank_of(row: Row, basis: Basis) -> str:
    entry = (basis.accounts or {}).get(str(row.get("account")))
    return entry.institution if entry else str(row.get("institution"))


def _totals(column: str, group: Callable[[Row, Basis], str], compare: Compare) -> Derivation:
    """A group's total at the period's end against its total before, on its first row only: one fault, one finding."""

    def figures(found: list[Row], basis: Basis) -> list[Scalar]:
        now: dict[str, Decimal] = defaultdict(Decimal)
        end = basis.period.end
        for row in found:
            value = row[column]
            if row.get("as_of", end) == end and isinstance(value, Decimal):
                now[group(row, basis)] += value
        before: dict[str, Decimal] = defaultdict(Decimal)
        for bank, amounts in (basis.previous or {}).items():
            before[group(Row({"institution": bank}), basis)] += amounts.get(column, Decimal(0))
        seen: set[str] = set()
        answer: list[Scalar] = []
        for row in found:
            key = group(row, basis)
            answer.append(None if key in seen else compare(now[key], before[key]))
            seen.add(key)
        return answer

    return figures


def _change(now: Decimal, before: Decimal) -> Decimal | None:
    """Growth in percent, to one place."""
    return ((now - before) * 100 / before).quantize(Decimal("0.1")) if before else None


def _whole_file(row: Row, basis: Basis) -> str:
    return ""


def _loan_to_deposit(row: Row, basis: Basis) -> Scalar:
    """存贷比, in percent."""
    deposits, loans = row["deposits"], row["loans"]
    if not isinstance(deposits, Decimal) or not isinstance(loans, Decimal) or not deposits:
        return None
    return (loans * 100 / deposits).quantize(Decimal("0.01"))


def _overlapping(found: list[Row], basis: Basis) -> list[Scalar]:
    """The other window of the same institution and tax type that shares days with this one."""
    groups: dict[tuple[Scalar, Scalar], list[Row]] = defaultdict(list)
    for row in found:
        dated = isinstance(row["window_from"], date) and isinstance(row["window_to"], date)
        if dated and row["institution"] is not None:
            groups[row["institution"], row["tax_type"]].append(row)
    other: dict[int, str] = {}
    for group in groups.values():
        group.sort(key=lambda row: (str(row["window_from"]), str(row["window_to"])))
        furthest = group[0]
        for row in group[1:]:
            if row["window_from"] <= furthest["window_to"]:  # type: ignore[operator]
                other[id(row)] = f"{furthest['window_from']} 至 {furthest['window_to']}"
            furthest = max(furthest, row, key=lambda one: str(one["window_to"]))
    return [other.get(id(row)) for row in found]


def _claimed_twice(found: list[Row], basis: Basis) -> list[Scalar]:
    """A spelling that an earlier institution of the file claims already, both being open on some day."""
    owners: dict[str, list[Entry]] = defaultdict(list)
    answer: list[Scalar] = []
    for entry in _entries(found):
        clash = None
        for spelling in (entry.code, entry.name, *entry.spellings):
            key = name_form(spelling)
            others = [one for one in owners[key] if one.code != entry.code and one.overlaps(entry)] if key else []
            if others:
                clash = clash or f"“{spelling}”（已属于 {others[0].code}）"
            owners[key].append(entry)
        answer.append(clash)
    return answer


def _entries(found: list[Row]) -> list[Entry]:
    """The rows of a register of institutions."""
    return [
        Entry(
            str(row["institution"] or ""),
            str(row["name"] or ""),
            (str(row["short_name"] or ""), *(row["aliases"] if isinstance(row["aliases"], tuple) else ())),
            opened_on=row["opened_on"] if isinstance(row["opened_on"], date) else None,
            closed_on=row["closed_on"] if isinstance(row["closed_on"], date) else None,
            successor=str(row["successor"] or ""),
        )
        for row in found
    ]


def _successor_circle(found: list[Row], basis: Basis) -> list[Scalar]:
    """The circle that the chain of successors runs into."""
    rings = circles(_entries(found))
    return [" → ".join(rings[code]) if (code := str(row["institution"] or "")) in rings else None for row in found]


def _gone_with_successor(row: Row, basis: Basis) -> Scalar:
    """Whether a bank that names a successor says when it closed."""
    return bool(row["closed_on"]) if row["successor"] else None


def _successor_known(found: list[Row], basis: Basis) -> list[Scalar]:
    codes = {row["institution"] for row in found}
    return [row["successor"] in codes - {row["institution"]} if row["successor"] else None for row in found]


def _reporter(basis: Basis) -> str | None:
    """The institution whose folder the file lay in."""
    return basis.register.resolve(basis.reporter) if basis.register and basis.reporter else None


def _reporter_known(found: list[Row], basis: Basis) -> list[Scalar]:
    """Whether the folder is that of a registered institution; on the first row only: one fault, one finding."""
    known = _reporter(basis) is not None
    return [None if number else known for number in range(len(found))]


def _of_another(found: list[Row], basis: Basis) -> list[Scalar]:
    """How many rows name an institution that is not the folder's: on the first row of each such institution."""
    own = _reporter(basis)
    counted = Counter(str(row["institution"]) for row in found if row["institution"] not in (None, own))
    return [counted.pop(str(row["institution"]), None) if own else None for row in found]


def _accounts_unreported(found: list[Row], basis: Basis) -> list[Scalar]:
    """Open accounts of a bank for which its file has no balance at the period's end: on the bank's first balance."""
    listed: dict[Scalar, set[Scalar]] = defaultdict(set)
    for row in found:
        if row["balance"] is not None and row["as_of"] == basis.period.end:
            listed[row["institution"]].add(row["account"])
    lacking: dict[Scalar, list[str]] = defaultdict(list)
    for account in basis.parameters()["open_accounts"]:  # type: ignore[attr-defined]
        bank = (basis.accounts or {})[account].institution
        if bank in listed and account not in listed[bank]:
            lacking[bank].append(account)
    return ["、".join(lacking.pop(row["institution"], ())) or None for row in found]


def _unit_other(found: list[Row], basis: Basis) -> list[Scalar]:
    """The unit that an earlier row of the same measure is counted in, if it is another one."""
    first: dict[Scalar, Scalar] = {}
    units = [first.setdefault(row["measure"], row["unit"]) for row in found]
    return [unit if unit != row["unit"] else None for unit, row in zip(units, found, strict=True)]


def _peers_absent(found: list[Row], basis: Basis) -> list[Scalar]:
    """Peers of the file that say nothing of a measure at a day: on the measure's first row of that day."""
    everybody = list(dict.fromkeys(row["peer"] for row in found))
    said: dict[tuple[Scalar, Scalar], set[Scalar]] = defaultdict(set)
    for row in found:
        said[row["measure"], row["as_of"]].add(row["peer"])
    answer: list[Scalar] = []
    for row in found:
        present = said.pop((row["measure"], row["as_of"]), set(everybody))
        answer.append("、".join(str(peer) for peer in everybody if peer not in present) or None)
    return answer


DERIVATIONS: dict[str, Derivation] = {
    # Column → how it is made; a suite gets a column by mentioning it.
    "nearest": _nearest,
    "explained_period": _each(lambda row, basis: row["period"] or str(basis.period)),
    "institution_type": _of_bank("type"),
    "institution_opened_on": _of_bank("opened_on"),
    "institution_closed_on": _of_bank("closed_on"),
    "account_institution": _of_account("institution"),
    "account_fund_category": _of_account("fund_category"),
    "account_opened_on": _of_account("opened_on"),
    "account_closed_on": _of_account("closed_on"),
    "capital_account_institution": _of_account("institution", "capital_account"),
    "capital_account_fund_category": _of_account("fund_category", "capital_account"),
    "capital_account_closed_on": _of_account("closed_on", "capital_account"),
    "month_end": _each(_month_end),
    "deposits_change": _totals("deposits", _whole_file, _change),
    "loans_change": _totals("loans", _whole_file, _change),
    "balance_change": _totals("balance", _whole_file, _change),
    "deposits_before": _earlier("previous", "deposits"),
    "loans_before": _earlier("previous", "loans"),
    "deposits_december": _earlier("december", "deposits"),
    "loans_december": _earlier("december", "loans"),
    "deposits_times": _times("deposits"),
    "loans_times": _times("loans"),
    "deposits_year_times": _year_times("deposits"),
    "loans_year_times": _year_times("loans"),
    "balance_bank_times": _totals("balance", _bank_of, times),
    "balance_file_times": _totals("balance", _whole_file, times),
    "paid_bank_times": _totals("paid", _bank_of, times),
    "paid_file_times": _totals("paid", _whole_file, times),
    "loan_to_deposit": _each(_loan_to_deposit),
    "overlapping": _overlapping,
    "claimed_twice": _claimed_twice,
    "successor_known": _successor_known,
    "successor_circle": _successor_circle,
    "successor_dated": _each(_gone_with_successor),
    "reporter_folder": _each(lambda row, basis: basis.reporter),
    "reporter_known": _reporter_known,
    "of_another": _of_another,
    "accounts_unreported": _accounts_unreported,
    "unit_other": _unit_other,
    "peers_absent": _peers_absent,
    "decided_otherwise": bans.decided_otherwise,
    "institution_at_end": _at_end,
    "window_missing": windows.missing,
    "window_whole": windows.other_span,
    "paid_fallen": windows.fallen,
    "ldr_conflict": _each(printed.ratio_conflict),
    "executed_on": _each(receipts.executed_on),
    "leg_unknown": _each(receipts.unknown),
    "leg_not_issued": _each(receipts.not_issued),
    "leg_of_others": _each(receipts.of_others),
    "leg_amount": _each(receipts.amount_due),
    "leg_issued_on": _each(receipts.issued_on),
    "leg_doubled": receipts.doubled,
    "document_fault": _each(registers.document_fault),
    "document_proof": _each(registers.document_proof),
    "document_differs": _each(registers.document_differs),
    "waives": _each(registers.waives),
    "waives_published": _each(registers.waives_published),
    "decisions_overlap": registers.decisions_overlap,
    "accounts_overlap": registers.accounts_overlap,
    "answered_half": _each(registers.answered_half),
    "about_ended_on": _each(registers.period_ended_on),
}
TAGS = (
    *("loans_enterprise", "loans_consumer", "loans_agri", "loans_sme", "loans_micro"),
    *("loans_farmer", "loans_green", "loans_medium_long"),
)
"""Parts of all loans, which may overlap (N17)."""
for _tag in (*TAGS, "npl"):
    DERIVATIONS[f"{_tag}_before"] = _earlier("previous", _tag)
    DERIVATIONS[f"{_tag}_times"] = _times(_tag)
for _tag in TAGS:
    DERIVATIONS[f"{_tag}_outgrows"] = _each(partial(printed.outgrows, tag=_tag))
for _level in ("deposits", "loans"):
    DERIVATIONS[f"{_level}_change_conflict"] = _each(partial(printed.change_conflict, level=_level))
    DERIVATIONS[f"{_level}_growth_conflict"] = _each(partial(printed.growth_conflict, level=_level))
    DERIVATIONS[f"{_level}_yoy_conflict"] = _each(partial(printed.yearly_conflict, level=_level))
    DERIVATIONS[f"{_level}_december_conflict"] = _each(partial(printed.december_conflict, level=_level))
