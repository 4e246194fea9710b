"""From a situation to the files that its county would have delivered: canonical rows, yuan, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from cunfang.evaluation.pin import registers
from cunfang.feeds.contract import Contract, Kind, alternatives, contract, contracts
from cunfang.money import UNITS
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.simulation.lay import Delivered
from cunfang.simulation.printed import SCALES, Printed
from cunfang.simulation.situation import EVERY, UNIT, Account, Situation
from cunfang.simulation.times import days_of

# What a bank holds where a case is about points alone: the same each, so that an evaluation goes to its end.
HELD = Decimal(1_000_000)
Row = dict[str, object]
Key = tuple[object, ...]


class FiguresError(ValueError):
    """A row of figures whose unit is not stated, or that lacks what stands beside it in the same file."""


def files(situation: Situation, rulebook: Rulebook, region: str) -> list[Delivered]:
    """Everything the county delivers; a family that the rule book needs and the case says nothing of reports nil."""
    period = situation.quarter
    needed = dict.fromkeys((*rulebook.families, *registers(rulebook)))
    tables: dict[tuple[Period, str], dict[Key, Row]] = {(period, alternatives(family)[0][0]): {} for family in needed}
    for at, feed, key, row in _rows(situation, rulebook, region):
        tables.setdefault((at, feed), {}).setdefault(key, {}).update(row)
    _complete(tables, _homes(rulebook))
    return [
        Delivered(at, feed, tuple(rows.values()))
        for (at, feed), rows in sorted(tables.items())
        if feed not in situation.absent
    ]


def _complete(tables: dict[tuple[Period, str], dict[Key, Row]], homes: dict[str, str]) -> None:
    """A bank's row has every figure that its file must have and the rule book reads; the rest may be 0."""
    for (_, feed), rows in tables.items():
        must = [column.name for column in contract(feed).columns if column.required and column.name in homes]
        for row in rows.values():
            if lacking := [name for name in must if name not in row]:
                what = f"figures 中 {row.get('as_of')} 的 {row.get('institution')} 没有 {'、'.join(lacking)}"
                raise FiguresError(f"{what}；它与同一行的其他数在一张表里，请写明")


Found = Iterator[tuple[Period, str, Key, Row]]


def _rows(situation: Situation, rulebook: Rulebook, region: str) -> Found:
    yield from _banks(situation)
    yield from _stock(situation)
    yield from _figures(situation, rulebook)
    yield from _taxes(situation)
    yield from _events(situation)
    yield from _plans(situation, region)


def _money(situation: Situation, written: str | None) -> Decimal | None:
    return None if written is None else Printed.read(written, UNITS[situation.unit]).value


def _banks(situation: Situation) -> Found:
    for order, (code, bank) in enumerate(situation.banks.items(), start=1):
        said = bank.model_dump(exclude={"group", "name"}, exclude_none=True)
        row = {
            "institution": code,
            "name": bank.name or f"{code}行",
            "short_name": code,
            "aliases": [],
            "sort_no": order,
        }
        if bank.group:
            row["corporate_group"] = bank.group
        yield situation.quarter, "institutions", (code,), {**row, **said}


def _stock(situation: Situation) -> Found:
    period = situation.quarter
    for account in _accounts(situation):
        row: Row = {
            "account": account.account,
            "institution": account.bank,
            "owner": account.owner,
            "fund_category": account.category,
            "adjustable": account.adjustable,
        }
        yield period, "accounts", (account.account,), row
        balance = {"account": account.account, "as_of": period.end, "matures_on": account.matures_on}
        yield period, "balances", (account.account,), {**balance, "balance": _money(situation, account.balance)}


def _accounts(situation: Situation) -> Iterator[Account]:
    """The accounts as stated, or two of each bank: what may move, and social security money that may not."""
    yield from situation.accounts
    if situation.deposits is None:
        stated = {account.bank for account in situation.accounts}
        for bank in situation.banks if not situation.accounts else ():
            if bank not in stated:
                yield Account(account=f"{bank}-专项", bank=bank, balance=f"{HELD}元")
        return
    rigid = situation.deposits.rigid
    for bank, held in situation.deposits.held.items():
        whole, fixed = _money(situation, held), _money(situation, rigid.get(bank, "0"))
        yield Account(account=f"{bank}-专项", bank=bank, balance=f"{(whole or 0) - (fixed or 0)}元")
        if fixed:
            yield Account(
                account=f"{bank}-社保", bank=bank, balance=f"{fixed}元", category="fiscal_social", owner="社保局"
            )


def _figures(situation: Situation, rulebook: Rulebook) -> Found:
    homes = _homes(rulebook)
    for when, rows in sorted(situation.figures.items(), key=lambda item: not item[0].startswith("各")):
        for day in days_of(when, situation.quarter):
            for measure, row in rows.items():
                agreed = contract(alternatives(homes.get(measure) or _home(measure))[0][0])
                for bank, value in _each(situation, row, agreed, measure):
                    at = Period.containing(day)
                    yield (at, agreed.feed, *_placed(agreed, bank, measure, day, value))


def _each(situation: Situation, row: dict[str, str], agreed: Contract, measure: str) -> Iterator[tuple[str, Decimal]]:
    """Every bank's figure in stored units; a row that names nobody but `每家` is everybody's."""
    wide = agreed.by_name.get(measure) or agreed.by_name.get(measure.removeprefix(f"{agreed.family}_"))
    unit = row.get(UNIT) or (situation.unit if wide and wide.type is Kind.MONEY else None)
    for bank in (*(bank for bank in row if bank not in (EVERY, UNIT)), *(b for b in situation.banks if b not in row)):
        written = row.get(bank) or row.get(EVERY)
        if written is None:
            continue
        if unit is None and Printed.read(written).text[-1:].isdigit():
            raise FiguresError(f"figures 中 {measure} 一行须写明单位 unit：元、万元、亿元、%、个、分 等")
        yield bank, Printed.read(written, SCALES.get(unit or "", Decimal(1))).value


def _homes(rulebook: Rulebook) -> dict[str, str]:
    """Which family of feeds the rule book reads a measure from."""
    homes: dict[str, str] = {}
    for book in (rulebook, rulebook.policy):
        for placed in book.placed() if book else ():
            node = placed.indicator
            for term in (*(node.measure or ()), *(node.over or ())):
                homes.setdefault(term.measure, term.family or node.family or "")
    if late := rulebook.participation.suspension:
        homes.setdefault(late.measure, late.family)
    if cap := rulebook.allocation.deposits_cap:
        homes.setdefault(cap.measure, cap.family)
    return homes


def _home(measure: str) -> str:
    """The feed that has a column of that name; what no other feed carries comes by the open door, `indicators`."""
    for agreed in contracts().values():
        column = agreed.by_name.get(measure) or agreed.by_name.get(measure.removeprefix(f"{agreed.family}_"))
        of_banks = "institution" in agreed.by_name and agreed.coverage == "period" and not agreed.reporter
        if column and column.type is Kind.MONEY and of_banks:
            return agreed.family
    return "indicators"


def _placed(agreed: Contract, bank: str, measure: str, day: date, value: Decimal) -> tuple[Key, Row]:
    """Where a contract has the figure: in a column of its own, in one of a window, or in a row that names it."""
    if "window_to" in agreed.by_name:
        return (bank, day), {**_window(bank, day), measure.removeprefix(f"{agreed.family}_"): value}
    if measure in agreed.by_name:
        return (bank, day), {"institution": bank, "as_of": day, measure: value}
    name = "measure" if "measure" in agreed.by_name else "metric"
    scope = {"scope": "legal_person"} if "scope" in agreed.by_name else {}
    return (bank, measure, day), {"institution": bank, name: measure, "as_of": day, "value": value, **scope}


def _window(bank: str, day: date) -> Row:
    """The year so far, of one tax type."""
    return {"institution": bank, "tax_type": "增值税", "window_from": date(day.year, 1, 1), "window_to": day}


def _taxes(situation: Situation) -> Found:
    for tax in situation.taxes:
        row: Row = {
            "institution": tax.bank,
            "tax_type": tax.type,
            "window_from": tax.from_,
            "window_to": tax.to,
            "local_part": _money(situation, tax.local_part),
            "paid": _money(situation, tax.paid or tax.local_part),
        }
        yield Period.containing(tax.to), "tax", (tax.bank, tax.type, tax.from_, tax.to), row


def _events(situation: Situation) -> Found:
    period = situation.quarter
    for number, one in enumerate(situation.decisions, start=1):
        row: Row = {
            "decision": one.number,
            "kind": one.kind,
            "institution": one.bank,
            "account": one.account,
            "amount": _money(situation, one.amount),
            "rate": Printed.read(one.rate).value if one.rate else None,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "reason": one.reason,
            "decided_on": one.decided_on,
            "approver": "领导小组",
        }
        yield period, "decisions", (number,), row
    for number, fault in enumerate(situation.violations, start=1):
        said = fault.model_dump(exclude={"bank"})
        yield period, "supervisory_events", (number,), {"event": f"{number}", "institution": fault.bank, **said}
    for number, errand in enumerate(_errands(situation), start=1):
        yield period, "timeliness_events", (number,), {"event": f"{number}", **errand}


def _errands(situation: Situation) -> Iterator[Row]:
    """The errands as stated, and as many as `on_time` counts: `4/5` is four of five in time."""
    for one in situation.errands:
        yield {"institution": one.bank, **one.model_dump(exclude={"bank"})}
    due = datetime.combine(situation.quarter.start, time(9)).replace(day=15)
    for kind, row in situation.on_time.items():
        for bank, counted in row.items():
            good, of = (int(part) for part in counted.split("/"))
            for number in range(of):
                done = due if number < good else due.replace(day=16)
                yield {
                    "institution": bank,
                    "kind": kind,
                    "issued_at": due.replace(day=1),
                    "due_at": due,
                    "done_at": done,
                }


def _plans(situation: Situation, region: str) -> Found:
    period = situation.quarter
    for number, one in enumerate(situation.targets, start=1):
        row: Row = {
            "target": f"{number}",
            "subject": one.bank,
            "measure": one.measure,
            "operator": one.operator,
            "amount": _money(situation, one.amount),
            "rate": Printed.read(one.rate).value if one.rate else None,
            "year": period.year,
        }
        yield period, "targets", (number,), row
    for peer in situation.peers:
        name, unit = peer.name or region, "1" if peer.unit == "%" else peer.unit
        value = Printed.read(peer.value, SCALES["%"] if peer.unit == "%" else Decimal(1)).value
        row = {"peer": name, "as_of": period.end, "measure": peer.measure, "value": value, "unit": unit}
        yield period, "peers", (name, peer.measure), row
    for project in situation.projects:
        row = {
            "project": project.project,
            "institution": project.bank,
            "capital_account": f"{project.bank}-专项",
            "capital_amount": _money(situation, project.capital),
            "loan_amount": _money(situation, project.loan),
            "counterpart_funds": _money(situation, project.counterpart),
        }
        yield period, "credit_projects", (project.project,), row
