"""Banks' returns, targets, peers and projects against their suites: one broken rule after another, with its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from cunfang.feeds.contract import contract, contracts
from cunfang.feeds.normalise import Typed
from cunfang.quality import Basis, CheckReport, check
from cunfang.quality.suite import suite

Rows = Sequence[Mapping[str, str]]
Judge = Callable[..., CheckReport]
END = "2025-12-31"

BALANCE = {"institution": "工行", "account": "90010", "as_of": END, "balance": "1000000.00"}
LEG = {
    "institution": "工行",
    "leg": "L1",
    "executed_at": "2025-11-13 10:30",
    "amount": "5000000.00",
    "reference": "S1",
}
TOTAL = {"institution": "工行", "as_of": END, "deposits": "1000000000", "loans": "500000000"}
TARGET = {"target": "T1", "subject": "全县", "measure": "新增贷款", "operator": "≥", "amount": "800", "year": "2025"}
PEER = {"peer": "汉川", "as_of": END, "measure": "存贷比", "value": "65.87", "unit": "%"}
PROJECT = {
    "project": "P1",
    "institution": "工行",
    "capital_account": "90010",
    "capital_amount": "100",
    "loan_amount": "400",
}


@pytest.fixture
def judge(typed: Callable[[str, Rows], Typed], basis: Basis) -> Judge:
    def judged(feed: str, rows: Rows, reporter: str | None = None) -> CheckReport:
        return check(contract(feed), typed(feed, rows), replace(basis, reporter=reporter), file=f"{feed}.csv")

    return judged


def faults(report: CheckReport) -> set[tuple[str, int | None]]:
    return {(finding.check, finding.record_no) for finding in report.findings}


def said(report: CheckReport, check_id: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.check == check_id]


def test_a_return_in_its_own_folder_passes_whatever_the_folder_is_called(judge: Judge) -> None:
    rows = [BALANCE, BALANCE | {"account": "90040"}, LEG, LEG | {"reference": "S2"}, TOTAL]
    for folder in ("ICBC", "工行", "中国工商银行大悟支行"):
        report = judge("bank_return", rows, folder)
        assert not report.findings
        assert all(result.passed for result in report.results)


def test_a_return_in_the_folder_of_another_bank_is_refused_once_per_bank_and_says_whose(judge: Judge) -> None:
    other = BALANCE | {"institution": "农行", "account": "90020"}
    report = judge("bank_return", [BALANCE, other, other | {"account": "90030", "balance": "0"}], "工行")
    assert said(report, "BNK-V021") == ["文件放在“工行”的文件夹里，却有“农行”的 2 行。"]
    assert report.blocking


def test_a_return_in_no_known_folder_is_refused_once(judge: Judge) -> None:
    for folder in ("某某银行", ""):
        report = judge("bank_return", [BALANCE, TOTAL], folder)
        assert [number for check_id, number in faults(report) if check_id == "BNK-V020"] == [1]
    assert "BNK-V020" not in {result.check for result in judge("bank_return", [BALANCE, TOTAL]).results}


def test_every_fault_of_a_return_is_named(judge: Judge) -> None:
    rows = [
        BALANCE,
        BALANCE,
        BALANCE | {"account": "90099"},
        BALANCE | {"account": "90020"},
        BALANCE | {"account": "90040", "balance": "-0.01", "as_of": "2025-09-30"},
        BALANCE | {"account": "90030", "balance": ""},
        LEG | {"executed_at": "", "amount": "0"},
        LEG | {"leg": "L2", "executed_at": "2026-01-05", "reference": ""},
        TOTAL | {"deposits": "", "loans": ""},
        TOTAL | {"as_of": ""},
    ]
    expected = {
        *{("BNK-V002", 1), ("BNK-V002", 2), ("BNK-V010", 3), ("BNK-V011", 4), ("BNK-V006", 5), ("BNK-V004", 5)},
        *{("BNK-V001", 6), ("BNK-V001", 7), ("BNK-V007", 7), ("BNK-Q010", 8), ("BNK-Q011", 8), ("BNK-V005", 9)},
        *{("BNK-V001", 10), ("BNK-Q012", 1)},
    }
    report = judge("bank_return", rows, "ICBC")
    assert expected <= faults(report)
    assert said(report, "BNK-Q012") == ["名录中本行的账户没有报期末余额：90040。"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("突破", ">"), ("不低于", ">="), ("≥", ">="), ("不少于", ">="), ("不高于", "<="), ("≤", "<="),
        ("左右", "about"), ("基本持平", "flat"), ("持平", "flat"), ("区间", "range"),
    ],
)  # fmt: skip
def test_the_words_of_targets_are_operators(typed: Callable[[str, Rows], Typed], written: str, meant: str) -> None:
    (row,) = typed("targets", [TARGET | {"operator": written}]).rows
    assert row.fields["operator"] == meant


def test_a_clean_set_of_targets_passes(judge: Judge) -> None:
    report = judge(
        "targets",
        [
            TARGET | {"q1": "200", "q3": "600", "q4": "800"},
            TARGET | {"target": "T2", "subject": "工行", "amount": "", "rate": "25%"},
            TARGET | {"target": "T3", "operator": "持平", "amount": ""},
            TARGET | {"target": "T4", "operator": "区间", "amount": "2", "amount_max": "3"},
        ],
    )
    assert not report.findings


def test_every_fault_of_a_target_is_named(judge: Judge) -> None:
    rows = [
        TARGET | {"q1": "300", "q2": "200", "q4": "700"},
        TARGET | {"target": "T2", "q1": "300", "q4": "200", "subject": "某某银行"},
        TARGET | {"target": "T3", "amount": "", "measure": "存贷比"},
        TARGET | {"target": "T4", "operator": "区间", "amount": "3", "amount_max": "2", "measure": "网点"},
        TARGET | {"target": "T4", "operator": "区间", "amount": "", "amount_max": "", "rate": "0.1", "year": "2024"},
        TARGET | {"target": "T6", "amount_max": "900", "rate": "25"},
    ]
    expected = {
        *{("TGT-V010", 1), ("TGT-Q010", 1), ("TGT-V010", 2), ("TGT-V003", 2), ("TGT-V005", 3), ("TGT-V008", 4)},
        *{("TGT-V002", 4), ("TGT-V002", 5), ("TGT-V007", 5), ("TGT-Q004", 5), ("TGT-Q013", 6), ("TGT-Q012", 6)},
        *{("TGT-Q011", 1), ("TGT-Q011", 6)},
    }
    report = judge("targets", rows)
    assert expected <= faults(report)
    assert len(said(report, "TGT-V010")) == 2
    (unknown,) = (finding for finding in report.findings if finding.check == "TGT-V003")
    assert "“某某银行”" in unknown.message


def test_every_fault_of_the_peers_is_named(judge: Judge) -> None:
    money = PEER | {"measure": "各项贷款", "value": "31", "unit": "亿元"}
    assert not judge("peers", [PEER, PEER | {"peer": "孝昌", "value": "24.24"}]).findings
    report = judge(
        "peers",
        [
            PEER,
            PEER | {"value": "66"},
            PEER | {"peer": "孝昌", "unit": "1", "value": "-0.24"},
            PEER | {"peer": "安陆", "unit": "亿元", "as_of": "2025-06-30"},
            money | {"unit": "%"},
        ],
    )
    expected = {
        *{("PEE-V002", 1), ("PEE-V002", 2), ("PEE-V010", 3), ("PEE-V006", 3), ("PEE-V011", 4), ("PEE-V004", 4)},
        *{("PEE-V011", 5), ("PEE-Q010", 5)},
    }
    assert expected <= faults(report)
    assert said(report, "PEE-Q010")[-1] == "2025-12-31 的 loans 没有这些县市区的数据：孝昌、安陆。"


def test_every_fault_of_a_project_is_named(judge: Judge) -> None:
    assert not judge("credit_projects", [PROJECT]).findings
    rows = [
        PROJECT | {"capital_account": "90099"},
        PROJECT | {"capital_account": "90030", "loan_amount": "0"},
        PROJECT | {"project": "P3", "institution": "OLD", "capital_amount": "-1"},
    ]
    expected = {
        *{("CRP-V002", 1), ("CRP-V002", 2), ("CRP-V010", 1), ("CRP-V011", 2), ("CRP-Q010", 2), ("CRP-Q011", 2)},
        *{("CRP-Q012", 2), ("CRP-Q003", 3), ("CRP-V006", 3), ("CRP-V011", 3)},
    }
    assert expected <= faults(judge("credit_projects", rows))


def test_every_feed_that_institutions_report_themselves_holds_rows_to_the_folder() -> None:
    for feed, agreed in contracts().items():
        needing = {tuple(rule.columns) for rule in suite(feed).expectations if "reporter" in rule.meta.needs}
        assert ({("reporter_known",), ("of_another",)} <= needing) == bool(agreed.reporter), feed
