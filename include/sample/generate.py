"""Write the sample county: `python include/sample/generate.py [FOLDER]` (default: beside this file). 示例数据.

The same code gives the same files: one seed, fixed dates, no clock. `README.md` says which figures are real.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from dawu import accounts, answers, calendar, credit, office, outlook, oversight, returns, service, tax  # noqa: E402 - the folder is no package
from dawu.banks import present  # noqa: E402
from dawu.table import Table  # noqa: E402

INSTITUTION_COLUMNS: Final = (
    "institution name short_name aliases type legal_person opened_on closed_on successor sort_no"
)
CORRECTED: Final = 4
"""The quarter whose `pboc_credit` is delivered twice."""

FULLEST: Final = 4
"""The quarter for which the feeds that no score needs are delivered too."""


def institutions(quarter: int) -> Table:
    """The register of banks as it stood at the end of the quarter."""
    return Table.of(
        INSTITUTION_COLUMNS,
        (
            (b.code, b.name, b.short, ";".join(b.aliases), b.type, b.legal_person, b.opened_on, None, None, b.sort_no)
            for b in present(quarter)
        ),
    )


def canonical_tables(quarter: int) -> dict[str, tuple[str, Table]]:
    """Feed, with the bank's folder where banks report → (what the file is called in Chinese, its canonical table)."""
    tables = {
        "institutions": ("金融机构名录", institutions(quarter)),
        "pboc_credit": ("存贷款情况表", credit.canonical(quarter)),
        "pboc_prudential": ("监管指标", oversight.prudential(quarter)),
        "tax_national": ("国税入库税收", tax.canonical(tax.national(quarter), quarter)),
        "tax_local": ("地税入库税收", tax.canonical(tax.local(quarter), quarter)),
        "accounts": ("账户名录", accounts.register(quarter)),
        "balances": ("账户余额", accounts.balances(quarter)),
        "timeliness_events": ("及时性事件", service.timeliness(quarter)),
        "supervisory_events": ("监管事件", oversight.events(quarter)),
        "decisions": ("领导小组决定", oversight.decisions(quarter)),
        "indicators": ("网点数量", service.outlets(quarter)),
    }
    if quarter != FULLEST:
        return tables
    names = {bank.code: bank.counter for bank in present(quarter)}
    return tables | {
        "targets": ("目标任务", outlook.targets()),
        "peers": ("兄弟县市存贷比", outlook.peers(quarter)),
        "credit_projects": ("信贷项目", outlook.projects()),
        **{
            f"bank_return/{code}": (f"{names[code]}回报", returns.canonical(code, quarter))
            for code in returns.RETURNING
        },
    }


def office_forms(quarter: int) -> dict[str, tuple[office.Form, ...]]:
    """Feed → the sheets of its first workbook; beside the mistyped figure its 合计 row is right."""
    right = credit.sheet(quarter)
    delivered = credit.sheet_with_error(quarter) if quarter == CORRECTED else right
    forms: dict[str, tuple[office.Form, ...]] = {
        "pboc_credit": (office.credit_form(quarter, delivered, credit.totals(right)),),
        "tax_national": (office.national_form(quarter),),
        "tax_local": (office.local_form(quarter),),
        "balances": (office.balances_form(quarter),),
    }
    if quarter != FULLEST:
        return forms
    return forms | {
        "targets": (outlook.targets_form(),),
        "peers": (outlook.peers_form(quarter),),
        **{f"bank_return/{code}": tuple(returns.forms(code, quarter)) for code in returns.RETURNING},
    }


def write_quarter(target: Path, quarter: int) -> None:
    """The inbox of one quarter."""
    inbox = target / "inbox" / calendar.REGION / calendar.period(quarter)
    forms = office_forms(quarter)
    for feed, (name, table) in canonical_tables(quarter).items():
        stem = f"{calendar.COUNTY}{calendar.quarter_words(quarter)}{name}（示例数据）"
        if feed in forms:
            office.write(inbox / feed / f"{stem}.xlsx", *forms[feed])
        else:
            table.write(inbox / feed / f"{stem}.csv")


def write_correction(target: Path) -> None:
    """The second delivery of `pboc_credit`, right, under a name that sorts after the first."""
    code, typed = credit.CLERICAL_ERROR
    rows = credit.sheet(CORRECTED)
    bank, row = next((bank, row) for bank, row in rows if bank.code == code)
    form = office.credit_form(
        CORRECTED, rows, credit.totals(rows), f"{bank.short}中小企业贷款原误填 {typed:,}，应为 {row.sme:,}。"
    )
    folder = target / "corrections" / calendar.REGION / calendar.period(CORRECTED) / "pboc_credit"
    name = f"{calendar.COUNTY}{calendar.quarter_words(CORRECTED)}存贷款情况表（示例数据）（更正）.xlsx"
    office.write(folder / name, form)


def write_answer(target: Path) -> None:
    """The reason for what a check found odd and is right all the same."""
    quarter = answers.QUARTER
    folder = target / "inbox" / calendar.REGION / calendar.period(quarter) / "explanations"
    name = f"{calendar.COUNTY}{calendar.quarter_words(quarter)}校验说明（示例数据）.xlsx"
    office.write(folder / name, answers.form())


def write_canonical(target: Path) -> None:
    """The last quarter once more, every feed in canonical form and right."""
    for feed, (name, table) in canonical_tables(CORRECTED).items():
        folder = target / "canonical" / calendar.REGION / calendar.period(CORRECTED) / feed
        table.write(folder / f"{calendar.COUNTY}{calendar.quarter_words(CORRECTED)}{name}（示例数据）.csv")


def write_all(target: Path) -> None:
    """Everything under `target`, in place of what stood there."""
    for part in ("inbox", "corrections", "canonical"):
        shutil.rmtree(target / part, ignore_errors=True)
    for quarter in calendar.QUARTERS:
        write_quarter(target, quarter)
    write_correction(target)
    write_answer(target)
    write_canonical(target)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
