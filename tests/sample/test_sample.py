"""The sample county: what is real is exact, what is designed is there, and the script gives what is committed."""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "sample"
sys.path.insert(0, str(SAMPLE))

import generate  # noqa: E402 - the sample's folder is no package of ours
from dawu import accounts, banks, office  # noqa: E402

YI = 100_000_000
WAN = 10_000
PERIODS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
INBOX = SAMPLE / "inbox" / "420922"
CANONICAL = SAMPLE / "canonical" / "420922" / "2025-Q4"
SIX = ("ICBC", "ABC", "BOC", "CCB", "PSBC", "DWRCB")
PRINTED = {
    "ICBC": ("11.77", "6.46"),
    "ABC": ("23.41", "4.11"),
    "BOC": ("15.03", "2.41"),
    "CCB": ("10.88", "1.74"),
    "DWRCB": ("14.83", "10.44"),
    "PSBC": ("22.01", "1.9"),
    "HBB": ("0.6078", "0.3005"),
}
RIGID = {"fiscal_nontax", "fiscal_social", "township"}

Row = dict[str, str]


def only_file(folder: Path) -> Path:
    """The one file of a delivery."""
    (file,) = folder.iterdir()
    return file


def rows(folder: Path) -> list[Row]:
    """A canonical file."""
    with only_file(folder).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet(path: Path) -> Worksheet:
    """The workbook's one sheet."""
    return openpyxl.load_workbook(path).worksheets[0]


def body(path: Path, first: str) -> tuple[list[str], Sequence[tuple[object, ...]], tuple[object, ...]]:
    """Leaf headings, rows and 合计 row of a workbook whose header starts with `first`."""
    lines = list(sheet(path).iter_rows(values_only=True))
    top = next(n for n, line in enumerate(lines) if line[0] == first)
    end = next(n for n, line in enumerate(lines) if line[0] == "合计")
    start = next(n for n in range(top + 1, end) if lines[n][0])
    levels = lines[top:start]
    leaves = [next(str(cell) for cell in reversed(column) if cell) for column in zip(*levels, strict=True)]
    return leaves, lines[start:end], lines[end]


def credit_rows(path: Path) -> dict[str, dict[str, Decimal]]:
    """Short name → heading → figure; the second 比年初增减 is that of loans."""
    leaves, lines, total = body(path, "金融机构")
    return {
        str(line[0]): dict(zip(leaves[1:], map(Decimal, map(str, line[1:])), strict=True)) for line in [*lines, total]
    }


def deliveries() -> Iterator[Path]:
    for part in ("inbox", "corrections", "canonical"):
        yield from (path for path in (SAMPLE / part).rglob("*") if path.is_file())


CREDIT_FILES = [
    *(only_file(INBOX / period / "pboc_credit") for period in PERIODS[:3]),
    only_file(SAMPLE / "corrections" / "420922" / "2025-Q4" / "pboc_credit"),
]


def test_given_the_script_when_run_again_then_every_file_is_as_committed(tmp_path: Path) -> None:
    generate.write_all(tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {path.relative_to(SAMPLE) for path in deliveries()}
    for name in made:
        if name.suffix == ".xlsx":
            books = [openpyxl.load_workbook(folder / name) for folder in (tmp_path, SAMPLE)]
            assert books[0].sheetnames == books[1].sheetnames, name
            for fresh, committed in zip(books[0].worksheets, books[1].worksheets, strict=True):
                assert list(fresh.values) == list(committed.values), name
                assert str(fresh.merged_cells) == str(committed.merged_cells), name
        else:
            assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_every_file_says_that_it_is_sample_data() -> None:
    for path in deliveries():
        assert "示例数据" in path.name
        if path.suffix == ".xlsx":
            for page in openpyxl.load_workbook(path).worksheets:
                assert any("示例数据" in str(cell) for line in page.values for cell in line), path


@pytest.mark.parametrize("period", PERIODS)
def test_each_quarter_is_delivered_in_full(period: str) -> None:
    quarter = PERIODS.index(period) + 1
    feeds = {path.parent.relative_to(INBOX / period).as_posix() for path in (INBOX / period).rglob("*.*")}
    answered = {"explanations"} if quarter == 3 else set()
    assert feeds == set(generate.canonical_tables(quarter)) | answered
    for feed in feeds - answered - {"decisions"} - set(generate.office_forms(quarter)):
        assert rows(INBOX / period / feed), feed
    assert bool(rows(INBOX / period / "decisions")) == (period == "2025-Q4")


@pytest.mark.parametrize(("code", "deposits", "loans"), [(code, *pair) for code, pair in PRINTED.items()])
def test_printed_deposits_and_loans_are_exact(code: str, deposits: str, loans: str) -> None:
    (row,) = [row for row in rows(CANONICAL / "pboc_credit") if row["institution"] == code]
    assert (Decimal(row["deposits"]), Decimal(row["loans"])) == (Decimal(deposits) * YI, Decimal(loans) * YI)


def test_printed_county_totals_close() -> None:
    credit = rows(CANONICAL / "pboc_credit")
    total = {
        column: sum(Decimal(row[column]) for row in credit)
        for column in credit[0]
        if column not in ("institution", "as_of")
    }
    assert (total["deposits"], total["loans"]) == (103 * YI, 31 * YI)
    assert (total["loans_sme"], total["loans_agri"]) == (Decimal("18.25") * YI, 24 * YI)
    growth = [total[x] / total[f"{x}_year_start"] * 100 - 100 for x in ("deposits", "loans")]
    assert [round(g, 2) for g in growth] == [Decimal("22.25"), Decimal("25.34")]
    assert sum(int(row["value"]) for row in rows(CANONICAL / "indicators")) == 43


def test_printed_tax_is_exact() -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in [*rows(CANONICAL / "tax_national"), *rows(CANONICAL / "tax_local")]:
        paid[row["institution"]] += Decimal(row["paid"])
    assert paid["DWRCB"] == Decimal("1636.72") * WAN
    assert sum(paid.values()) == 2700 * WAN


@pytest.mark.parametrize("path", CREDIT_FILES, ids=lambda path: path.parts[-3])
def test_tags_lie_within_their_totals_and_columns_close(path: Path) -> None:
    table = credit_rows(path)
    total = table.pop("合计")
    for bank in table.values():
        assert bank["小微企业贷款"] <= bank["中小企业贷款"] <= bank["各项贷款余额"]
        assert bank["农户贷款"] <= bank["涉农贷款"] <= bank["各项贷款余额"]
        for tag in ("企业贷款", "消费贷款", "绿色贷款", "中长期贷款", "不良贷款余额"):
            assert 0 <= bank[tag] <= bank["各项贷款余额"]
        assert bank["比年初增减"] == bank["各项贷款余额"] - bank["年初贷款余额"]
        ratio = bank["各项贷款余额"] / bank["各项存款余额"] * 100
        assert abs(ratio - bank["存贷比"]) <= Decimal("0.005")
    for heading, figure in total.items():
        if heading != "存贷比":
            assert figure == sum(bank[heading] for bank in table.values()), heading


def test_deposits_and_loans_grow_from_quarter_to_quarter() -> None:
    tables = [credit_rows(path) for path in CREDIT_FILES]
    for bank in tables[0]:
        for heading in ("各项存款余额", "各项贷款余额"):
            path = [tables[0][bank][f"年初{heading[2:]}"], *(table[bank][heading] for table in tables)]
            assert path == sorted(set(path)), (bank, heading)


@pytest.mark.parametrize("period", PERIODS)
def test_local_part_is_within_what_was_paid_and_windows_start_with_the_year(period: str) -> None:
    for feed, words in (
        ("tax_national", f"2025年1-{int(period[-1]) * 3}月"),
        ("tax_local", f"{int(period[-1]) * 3}月末累计"),
    ):
        path = only_file(INBOX / period / feed)
        assert words in str(sheet(path)["A1"].value)
        _, lines, total = body(path, "纳税人名称" if feed == "tax_national" else "单位名称")
        for _, _, paid, kept in lines:
            assert Decimal(str(kept)) <= Decimal(str(paid))
        for column in (2, 3):
            assert Decimal(str(total[column])) == sum(Decimal(str(line[column])) for line in lines)


@pytest.mark.parametrize("period", PERIODS)
def test_every_balance_has_a_registered_account_and_closes(period: str) -> None:
    register = {row["account"]: row for row in rows(INBOX / period / "accounts")}
    _, lines, total = body(only_file(INBOX / period / "balances"), "账号")
    counters = {bank.counter: bank.code for bank in banks.BANKS}
    for number, _, category, bank, _, _ in lines:
        assert isinstance(number, str) and number.startswith("9900420922")
        assert register[number]["institution"] == counters[str(bank)]
        assert accounts.CATEGORY_WORDS[register[number]["fund_category"]] == category
    assert Decimal(str(total[4])) == sum(Decimal(str(line[4])) for line in lines)
    assert 6 * YI < Decimal(str(total[4])) < 9 * YI


@pytest.mark.parametrize("period", PERIODS)
def test_every_institution_named_anywhere_is_registered_once(period: str) -> None:
    claims: Counter[str] = Counter()
    for row in rows(INBOX / period / "institutions"):
        claims.update({row["institution"], row["name"], row["short_name"], *row["aliases"].split(";")} - {""})
    assert max(claims.values()) == 1
    for feed, column, first in (
        ("pboc_credit", 0, "金融机构"),
        ("tax_national", 0, "纳税人名称"),
        ("tax_local", 0, "单位名称"),
        ("balances", 3, "账号"),
    ):
        assert {str(line[column]) for line in body(only_file(INBOX / period / feed), first)[1]} <= set(claims)
    for feed in ("accounts", "pboc_prudential", "timeliness_events", "supervisory_events", "decisions", "indicators"):
        assert {row["institution"] for row in rows(INBOX / period / feed)} <= set(claims), feed


def test_office_and_canonical_say_the_same() -> None:
    codes = {spelling: b.code for b in banks.BANKS for spelling in (b.short, b.name, b.tax_name)}
    table = credit_rows(CREDIT_FILES[3])
    names = {
        "各项存款余额": "deposits", "年初存款余额": "deposits_year_start",
        "各项贷款余额": "loans", "年初贷款余额": "loans_year_start", "不良贷款余额": "npl",
        "企业贷款": "loans_enterprise", "消费贷款": "loans_consumer", "绿色贷款": "loans_green",
        "涉农贷款": "loans_agri", "农户贷款": "loans_farmer", "中长期贷款": "loans_medium_long",
        "中小企业贷款": "loans_sme", "小微企业贷款": "loans_micro",
    }  # fmt: skip
    for row in rows(CANONICAL / "pboc_credit"):
        line = next(line for name, line in table.items() if codes.get(name) == row["institution"])
        assert {column: line[heading] * WAN for heading, column in names.items()} == {
            column: Decimal(row[column]) for column in names.values()
        }
    for feed, first, unit in (("tax_national", "纳税人名称", 1), ("tax_local", "单位名称", WAN)):
        lines = body(only_file(INBOX / "2025-Q4" / feed), first)[1]
        written = [(codes[str(a)], b, Decimal(str(c)) * unit, Decimal(str(d)) * unit) for a, b, c, d in lines]
        assert written == [
            (r["institution"], r["tax_type"], Decimal(r["paid"]), Decimal(r["local_part"]))
            for r in rows(CANONICAL / feed)
        ]
    held = [
        (a, Decimal(str(e)), f.date() if isinstance(f, datetime) else None)
        for a, _, _, _, e, f in body(only_file(INBOX / "2025-Q4" / "balances"), "账号")[1]
    ]
    assert held == [
        (r["account"], Decimal(r["balance"]), date.fromisoformat(r["matures_on"]) if r["matures_on"] else None)
        for r in rows(CANONICAL / "balances")
    ]


def test_what_banks_return_agrees_with_what_the_offices_say() -> None:
    balances = {row["account"]: row["balance"] for row in rows(CANONICAL / "balances")}
    owner = {row["account"]: row["institution"] for row in rows(CANONICAL / "accounts")}
    credit = {row["institution"]: row for row in rows(CANONICAL / "pboc_credit")}
    done = {row["leg"]: row for row in rows(CANONICAL / "timeliness_events") if row["leg"] and row["done_at"]}
    for folder in (CANONICAL / "bank_return").iterdir():
        returned = rows(folder)
        held = {row["account"]: row["balance"] for row in returned if row["account"]}
        assert {row["institution"] for row in returned} == {folder.name}
        assert held == {a: balance for a, balance in balances.items() if owner[a] == folder.name}
        (total,) = [row for row in returned if row["deposits"]]
        assert all(Decimal(total[name]) == Decimal(credit[folder.name][name]) for name in ("deposits", "loans"))
        for row in (row for row in returned if row["leg"]):
            assert (row["executed_at"], row["amount"]) == (done[row["leg"]]["done_at"], done[row["leg"]]["amount"])


def test_the_first_delivery_of_credit_has_one_wrong_figure_and_the_correction_sorts_after_it() -> None:
    first, second = only_file(INBOX / "2025-Q4" / "pboc_credit"), CREDIT_FILES[3]
    wrong, right = credit_rows(first), credit_rows(second)
    differing = {(bank, h) for bank in right for h in right[bank] if wrong[bank][h] != right[bank][h]}
    assert differing == {("建行", "中小企业贷款")}
    assert wrong["建行"]["中小企业贷款"] == 10 * right["建行"]["中小企业贷款"] > wrong["建行"]["各项贷款余额"]
    assert sorted([second.name, first.name]) == [first.name, second.name]
    assert any("更正件" in str(line[0]) for line in sheet(second).values)


def test_the_new_bank_appears_in_the_last_quarter_with_a_carve_out() -> None:
    for period in PERIODS:
        listed = {row["institution"] for row in rows(INBOX / period / "institutions")}
        assert ("HBB" in listed) == (period == "2025-Q4")
    decisions = {row["kind"]: row for row in rows(CANONICAL / "decisions")}
    carve_out = decisions["carve_out"]
    assert (carve_out["institution"], carve_out["valid_from"], carve_out["valid_to"]) == (
        "HBB",
        "2025-11-28",
        "2025-12-31",
    )
    assert Decimal(carve_out["amount"]) == 1000 * WAN
    adjustable = {row["account"] for row in rows(CANONICAL / "accounts") if row["adjustable"] == "true"}
    assert adjustable == {decisions["adjustable"]["account"]}


def test_limits_are_strained_in_three_degrees_and_for_the_first_time() -> None:
    def ratio(period: str, bank: str, metric: str) -> Decimal:
        return next(
            Decimal(row["value"])
            for row in rows(INBOX / period / "pboc_prudential")
            if (row["institution"], row["metric"]) == (bank, metric)
        )

    assert ratio("2025-Q4", "ABC", "liquidity_ratio") == Decimal("0.182")
    assert Decimal("1.2") < ratio("2025-Q4", "DWRCB", "provision_coverage") < Decimal("1.5")
    assert Decimal("0.045") <= ratio("2025-Q4", "CCB", "npl_ratio") <= Decimal("0.05")
    assert ratio("2025-Q3", "ABC", "liquidity_ratio") > Decimal("0.275")
    assert ratio("2025-Q3", "DWRCB", "provision_coverage") > Decimal("1.65")
    assert {row["scope"] for row in rows(CANONICAL / "pboc_prudential")} == {"legal_person", "branch"}


def test_events_are_late_undone_and_deducted() -> None:
    events = rows(CANONICAL / "timeliness_events")
    late = {(e["institution"], e["kind"]) for e in events if e["due_at"] and e["done_at"] > e["due_at"]}
    assert late == {("CCB", "dispatch"), ("ABC", "adjustment")}
    assert [(e["institution"], e["kind"]) for e in events if not e["done_at"]] == [("BOC", "dispatch")]
    assert any(not e["due_at"] for e in events)
    assert {e["severity"] for e in rows(CANONICAL / "supervisory_events")} == {"note", "deduct"}
    refunds = [row for row in rows(CANONICAL / "tax_local") if Decimal(row["paid"]) < 0]
    assert [(row["institution"], row["tax_type"]) for row in refunds] == [("BOC", "城镇土地使用税")]


def hefei_scores() -> dict[str, Fraction]:
    """Scores of the six commercial banks by `hefei-2012`, share of total throughout."""
    measures: dict[str, dict[str, Fraction]] = defaultdict(lambda: dict.fromkeys(SIX, Fraction()))
    for row in [*rows(CANONICAL / "tax_national"), *rows(CANONICAL / "tax_local")]:
        if row["institution"] in SIX:
            measures["tax"][row["institution"]] += Fraction(row["local_part"])
    for row in rows(CANONICAL / "pboc_credit"):
        if (bank := row["institution"]) in SIX:
            measures["loans"][bank] = Fraction(row["loans"])
            measures["sme"][bank] = Fraction(row["loans_sme"])
            measures["ldr"][bank] = Fraction(row["loans"]) / Fraction(row["deposits"])
            measures["medium_long"][bank] = Fraction(row["loans_medium_long"])
    for row in rows(CANONICAL / "indicators"):
        if row["institution"] in SIX:
            measures["outlets"][row["institution"]] = Fraction(row["value"])
    weights = {"tax": "20", "loans": "33.75", "sme": "11.25", "ldr": "15", "medium_long": "15", "outlets": "5"}
    return {
        bank: sum((Fraction(weights[m]) * x[bank] / sum(x.values()) for m, x in measures.items()), Fraction())
        for bank in SIX
    }


def stock() -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Current and rigid public money by bank."""
    register = {row["account"]: row for row in rows(CANONICAL / "accounts")}
    current: dict[str, Fraction] = defaultdict(Fraction)
    rigid: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows(CANONICAL / "balances"):
        account = register[row["account"]]
        current[account["institution"]] += Fraction(row["balance"])
        if account["fund_category"] in RIGID and account["adjustable"] != "true":
            rigid[account["institution"]] += Fraction(row["balance"])
    return current, rigid


def targets() -> dict[str, Fraction]:
    """Bounded allocation (N9) over the six, by pinning who would fall below the floor."""
    scores, (current, rigid) = hefei_scores(), stock()
    free, pot = set(SIX), sum(current.values()) - current["ADBC"] - 1000 * WAN
    while low := {b for b in free if pot * scores[b] / sum(scores[x] for x in free) < rigid[b]}:
        free -= low
        pot -= sum(rigid[b] for b in low)
    return {b: pot * scores[b] / sum(scores[x] for x in free) if b in free else rigid[b] for b in SIX}


def test_the_quarter_is_worth_evaluating() -> None:
    scores, (current, rigid), target = hefei_scores(), stock(), targets()
    ranking = sorted(scores.values())
    assert sum(ranking) == 100
    assert min(b - a for a, b in pairwise(ranking)) > Fraction(1, 2)
    assert [bank for bank in SIX if target[bank] == rigid[bank]] == ["PSBC"]
    deltas = {bank: target[bank] - current[bank] for bank in SIX}
    assert {bank for bank, delta in deltas.items() if delta > 500 * WAN} == {"ICBC", "DWRCB"}
    assert {bank for bank, delta in deltas.items() if delta < -500 * WAN} == {"ABC", "BOC", "CCB", "PSBC"}


def test_one_surplus_bank_can_meet_its_delta_only_with_money_that_nobody_can_receive() -> None:
    register = {row["account"]: row for row in rows(CANONICAL / "accounts")}
    receivers = {
        (row["owner"], row["fund_category"])
        for row in register.values()
        if row["institution"] in ("ICBC", "DWRCB", "HBB")
    }
    movable = Fraction()
    for row in rows(CANONICAL / "balances"):
        account = register[row["account"]]
        matured = not row["matures_on"] or row["matures_on"] <= "2025-12-31"
        free = account["fund_category"] not in RIGID and matured
        if account["institution"] == "CCB" and free and (account["owner"], account["fund_category"]) in receivers:
            movable += Fraction(row["balance"])
    assert 0 < movable < stock()[0]["CCB"] - targets()["CCB"] - 500 * WAN


def test_the_same_form_written_twice_is_the_same_workbook(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        office.write(tmp_path / name, office.national_form(4))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
