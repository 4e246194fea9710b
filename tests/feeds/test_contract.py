"""Contracts are complete data: every column and office word of the specification is there; a fault names its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cunfang.feeds.contract import CANONICAL, FEEDS, Contract, Kind, alternatives, contract, contracts, load_contract
from cunfang.feeds.document import DocumentError
from cunfang.feeds.faults import Fault
from cunfang.feeds.rules import rules
from cunfang.feeds.schema import SCHEMA, contract_schema
from cunfang.finding import Klass
from cunfang.period import Period

TAX_COLUMNS = "institution tax_type window_from window_to paid local_part"
COLUMNS = {
    "institutions": "institution name short_name aliases type legal_person opened_on closed_on successor sort_no"
    " corporate_group",
    "pboc_credit": "institution as_of deposits loans loans_enterprise loans_consumer loans_agri loans_sme loans_micro"
    " loans_farmer loans_green loans_medium_long npl deposits_year_start loans_year_start",
    "pboc_prudential": "institution as_of metric value scope",
    "tax_national": TAX_COLUMNS,
    "tax_local": TAX_COLUMNS,
    "tax": TAX_COLUMNS,
    "accounts": "account institution owner fund_category adjustable basis role opened_on closed_on",
    "balances": "account as_of balance matures_on",
    "timeliness_events": "event kind institution issued_at due_at done_at amount leg",
    "supervisory_events": "event institution kind severity found_on decided_on decision closed_on note",
    "decisions": "decision kind institution account amount rate valid_from valid_to reason decided_on approver"
    " document document_sha256",
    "indicators": "institution measure as_of value unit",
    "bank_return": "institution account as_of balance deposits loans leg executed_at amount reference outcome reason",
    "targets": "target subject measure operator amount rate amount_max year q1 q2 q3 q4 owner",
    "peers": "peer as_of measure value unit",
    "explanations": "check_id feed institution sheet cell finding period reason explained_by explained_on valid_until"
    " attachment",
    "objections": "objection institution about_period matter raised_on outcome answered_on answer",
    "credit_projects": "project name institution capital_account capital_amount loan_amount counterpart_funds",
}
TAX_WORDS = {
    "institution": "纳税人名称 金融机构 单位名称",
    "tax_type": "税种",
    "paid": "入库税额 实缴税额 税额",
    "local_part": "地方留成 地方级收入 地方级",
}
WORDS = {
    "pboc_credit": {
        "institution": "金融机构 机构名称 行名",
        "deposits": "各项存款余额 各项存款 存款余额",
        "loans": "各项贷款余额 各项贷款 贷款余额",
        "loans_enterprise": "企业贷款",
        "loans_consumer": "消费贷款",
        "loans_agri": "农业贷款 涉农贷款",
        "loans_sme": "中小企业贷款",
        "loans_micro": "小微企业贷款",
        "loans_farmer": "农户贷款",
        "loans_green": "绿色贷款",
        "loans_medium_long": "中长期贷款",
        "npl": "不良贷款 不良贷款余额",
        "deposits_year_start": "年初存款余额",
        "loans_year_start": "年初贷款余额",
    },
    "tax_national": TAX_WORDS,
    "tax_local": TAX_WORDS,
    "tax": TAX_WORDS,
    "balances": {
        "account": "账号 银行账号",
        "institution": "开户银行 开户行",
        "account_name": "账户名称 户名",
        "fund_category": "资金性质 资金类别",
        "balance": "余额 期末余额",
        "matures_on": "到期日",
    },
}


@pytest.mark.parametrize("feed", COLUMNS)
def test_every_column_of_the_specification_is_loaded(feed: str) -> None:
    assert [column.name for column in contract(feed).loaded_columns] == COLUMNS[feed].split()


@pytest.mark.parametrize("feed", WORDS)
def test_every_office_word_of_the_specification_is_a_heading(feed: str) -> None:
    for column, words in WORDS[feed].items():
        assert set(words.split()) <= set(contract(feed).by_name[column].spellings), column


def test_computed_columns_of_the_credit_table_are_known_and_not_loaded() -> None:
    credit = contract("pboc_credit")
    printed = {column.name for column in credit.columns if column.type is Kind.PRINTED}
    assert {"ldr_printed", "deposits_change_printed", "loans_yoy_printed"} <= printed
    assert not printed & {column.name for column in credit.loaded_columns}
    assert {"比年初增减", "同比%"} <= set(credit.layouts[0].ignored)


def test_the_wide_metrics_are_per_cent_columns() -> None:
    wide = contract("pboc_prudential").layouts[0].wide
    assert wide is not None
    words = {metric: (entry.headings[0], entry.unit) for metric, entry in wide.metrics.items()}
    assert words == {
        "liquidity_ratio": ("流动性比例", "%"),
        "npl_ratio": ("不良贷款率", "%"),
        "provision_coverage": ("拨备覆盖率", "%"),
        "capital_adequacy": ("资本充足率", "%"),
        "lcr": ("流动性覆盖率", "%"),
    }


def test_each_contract_has_an_office_layout_and_a_prefix_of_its_own() -> None:
    known = contracts()
    assert set(known) == set(COLUMNS)
    assert all(item.layouts for item in known.values())
    assert len({item.check_prefix for item in known.values()}) == len(known)


def test_tax_comes_from_one_bureau_or_from_two() -> None:
    assert {contract(feed).family for feed in ("tax", "tax_national", "tax_local")} == {"tax"}
    assert alternatives("tax") == [("tax",), ("tax_local", "tax_national")]
    assert contract("pboc_credit").family == "pboc_credit"


def test_coverage_follows_the_kind_of_feed() -> None:
    found = {feed: item.coverage for feed, item in contracts().items()}
    assert {feed for feed, kind in found.items() if kind == "snapshot"} == {
        *("institutions", "accounts", "targets", "credit_projects")
    }
    registers = {feed for feed, kind in found.items() if kind == "register"}
    assert registers == {"supervisory_events", "decisions", "explanations", "objections"}


def test_every_reference_points_to_a_key_of_a_feed() -> None:
    for item in contracts().values():
        for column, feed in item.references.items():
            (key,) = contract(feed).key
            named = item.by_name[column].type
            assert named.institution if feed == "institutions" else named is contract(feed).by_name[key].type, column


def test_every_institution_column_has_its_register() -> None:
    for item in contracts().values():
        for column in item.columns:
            assert (item.references.get(column.name) == "institutions") == column.type.institution, column


def test_the_schema_for_editors_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == contract_schema()
    assert json.loads(contract_schema())["title"] == Contract.__name__


def test_an_unknown_feed_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="pboc_credit"):
        contract("pboc")


def test_a_layout_holds_between_its_periods() -> None:
    layout = contract("tax").layouts[0].model_copy(update={"valid_from": "2018-Q3", "valid_to": "2025-Q4"})
    held = [layout.holds(Period.parse(key)) for key in ("2018-Q2", "2018-Q3", "2025-Q4", "2026-Q1")]
    assert held == [False, True, True, False]


def test_a_layout_may_carry_some_of_the_columns_only(tmp_path: Path) -> None:
    balances = contract("balances")
    assert balances.shapes == (frozenset(balances.by_name),)
    some = balances.layouts[0].model_copy(update={"name": "some", "columns": ("account", "as_of", "balance")})
    assert not some.carries("matures_on")
    both = balances.model_copy(update={"layouts": (balances.layouts[0], some)})
    assert Contract.model_validate(both.model_dump()).shapes[1] == {"account", "as_of", "balance"}


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = (FEEDS / "tax.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "tax.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("type: money", "type: geld", r"tax\.yaml:16 columns\.4\.type: "),
        ("provider: 税务局\n", "", r"tax\.yaml:1 provider: "),
        ("coverage: period", "coverage: period\nsurprise: 1", r"tax\.yaml:10 surprise: "),
        ("key: [institution, tax_type", "key: [institution, colour", r"tax\.yaml:1 .*key 提到没有的列：colour"),
        ("name: office", "name: canonical", r"layouts 的 name"),
        ("ignored: [", "ignoered: [", r"tax\.yaml:\d+ layouts\.1\.ignoered"),
        (
            "name: office",
            "name: office\n    columns: [window_from, window_to, paid, colour]",
            r"layouts office 提到没有的列：colour",
        ),
        ("name: office", "name: office\n    columns: [paid]", r"layouts office 的 columns 没有列出：window_from"),
        ("type: text}", "type: choice}", r"tax\.yaml:13 .*choices"),
        ("{window_from: start", "{window_from: middle", r"title\.window_from"),
        ("coverage: period", "coverage: [", r"tax\.yaml:\d+ 不是合格的 YAML"),
        ("coverage: period", "coverage: period\ncoverage: period", r"tax\.yaml:\d+ 不是合格的 YAML"),
    ],
)
def test_a_fault_in_a_contract_names_file_line_and_key(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(DocumentError, match=expected):
        load_contract(edited(tmp_path, old, new))


def test_a_new_feed_needs_a_file_and_no_code(tmp_path: Path) -> None:
    path = edited(tmp_path, "feed: tax", "feed: land_fees")
    path.rename(tmp_path / "land_fees.yaml")
    found = contracts(tmp_path)
    assert list(found) == ["land_fees"]
    assert found["land_fees"].by_name["paid"].type is Kind.MONEY
    assert CANONICAL not in {layout.name for layout in found["land_fees"].layouts}


def test_every_check_of_reading_has_its_text_and_its_class() -> None:
    assert set(rules().checks) == {fault.value for fault in Fault}
    letters = {Klass.SYNTACTICAL: "S", Klass.VALIDITY: "V", Klass.QUALITY: "Q", Klass.MACRO: "M"}
    for number, text in rules().checks.items():
        assert number.removeprefix("FILE-")[0] == letters[text.klass]
        assert text.message and text.advice
