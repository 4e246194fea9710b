"""A feed that nobody has thought of: a contract and a suite as data, no code and no migration (design §4)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cunfang.settings import HOME, INCLUDE
from intake.county import FILES, Q4, REGION

CONTRACT = """
feed: loan_ledger
name: 贷款台账
provider: 各银行
reporter: institution
check_prefix: LED
table: core.other
coverage: period
late: exclude
key: [loan]
columns:
  - {name: loan, title: 借据号, type: code}
  - {name: institution, title: 金融机构, type: institution}
  - {name: lent_on, title: 放款日期, type: date}
  - {name: amount, title: 借款金额, type: money, sign: positive, unit: 元}
  - {name: rate, title: 利率, type: ratio, unit: "1", required: false, presence: may}
references: {institution: institutions}
layouts:
  - {name: office, ignored: [序号]}
"""
SUITE = {
    "name": "loan_ledger",
    "expectations": [
        {
            "type": "expect_column_values_to_be_unique",
            "kwargs": {"column": "loan"},
            "meta": {
                "check": "LED-V002",
                "class": "validity",
                "message": "借据号（{loan}）重复。",
                "advice": "请删去。",
            },
            "severity": "critical",
        },
        {
            "type": "expect_column_values_to_be_null",
            "kwargs": {"column": "of_another"},
            "meta": {
                "check": "LED-V021",
                "class": "validity",
                "message": "“{reporter_folder}”的文件夹里有“{institution}”的 {of_another} 行。",
                "advice": "请只报本行的数据。",
                "at": "institution",
                "needs": ["banks", "reporter"],
            },
            "severity": "critical",
        },
    ],
}
GOOD = (
    "大悟县贷款台账（2025年四季度）\n单位：万元\n"
    "借据号,金融机构,放款日期,借款金额,利率\nJ1,工行,2025-10-09,12.34,4.35%\n"
)
TAKE_IN = """
import json, sys
from pathlib import Path
from sqlalchemy import text
from cunfang import intake
from cunfang.period import Period
from cunfang.settings import Settings
from cunfang.warehouse import engine
url, home, region, period = sys.argv[1:]
db = engine(url)
intake.take_in(db, Settings(url, Path(home) / "inbox", Path(home) / "var", "", ""), region, Period.parse(period))
with db.connect() as connection:
    ask = lambda statement: [list(row) for row in connection.execute(text(statement))]
    print(json.dumps({
        "states": ask("SELECT reporter, status FROM raw.submission_state WHERE feed = 'loan_ledger' ORDER BY 1"),
        "rows": ask("SELECT feed, fields FROM core.other"),
        "findings": ask("SELECT check_id, message FROM ops.finding WHERE class = 'validity'"),
    }))
"""


@pytest.fixture
def include(tmp_path: Path) -> Path:
    """The shipped include folder with one contract and one suite more."""
    folder = tmp_path / "include"
    shutil.copytree(INCLUDE, folder, ignore=shutil.ignore_patterns("sample"))
    (folder / "feeds" / "loan_ledger.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "expectations" / "loan_ledger.json").write_text(json.dumps(SUITE), encoding="utf-8")
    return folder


def test_given_a_contract_and_a_suite_when_files_come_then_they_are_read_checked_and_kept(
    include: Path, tmp_path: Path, warehouse: str
) -> None:
    inbox = tmp_path / "inbox" / REGION / str(Q4)
    files = {
        "institutions/register.csv": FILES["institutions"],
        "loan_ledger/ICBC/a.csv": GOOD,
        "loan_ledger/农行/b.csv": GOOD,
    }
    for name, content in files.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TAKE_IN, warehouse, str(tmp_path), REGION, str(Q4)],
        env=os.environ | {"CUNFANG_INCLUDE": str(include), "PYTHONPATH": str(HOME / "plugins")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["states"] == [["ICBC", "accepted"], ["农行", "rejected"]]
    assert found["rows"] == [
        [
            "loan_ledger",
            {"loan": "J1", "institution": "ICBC", "lent_on": "2025-10-09", "amount": "123400.00", "rate": "0.0435"},
        ]
    ]
    assert found["findings"] == [["LED-V021", "“农行”的文件夹里有“工行”的 1 行。"]]
