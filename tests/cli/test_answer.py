"""`cunfang answer`: what it writes is accepted by the way in, and what could not count is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cunfang.cli.main import app
from cunfang.feeds import reader
from cunfang.feeds.contract import CANONICAL, contract
from cunfang.feeds.normalise import normalise
from cunfang.period import Period

Q4 = Period(2025, 4)
GIVEN = [
    "answer",
    "--region",
    "420922",
    "--period",
    "2025-Q4",
    "--reason",
    "多缴退库，\n凭退库书核对",
    "--by",
    "征管股",
]


def test_the_file_is_canonical_and_says_what_was_given(tmp_path: Path) -> None:
    more = ["--check", "TXL-Q010", "--feed", "地税入库税收", "--cell", "C20", "--until", "2026-Q2"]
    done = CliRunner().invoke(app, [*GIVEN, *more, "--inbox", str(tmp_path)])
    assert done.exit_code == 0, done.output
    path = Path(done.stdout.strip())
    assert path.parent == tmp_path / "420922" / "2025-Q4" / "explanations"
    reading = reader.read(path, contract("explanations"), "420922", Q4)
    assert (reading.layout, reading.findings) == (CANONICAL, ())
    [row] = normalise(contract("explanations"), reading, None, Q4).rows
    said = {name: value for name, value in row.fields.items() if value is not None and name != "explained_on"}
    assert said == {
        "check_id": "TXL-Q010",
        "feed": "tax_local",
        "cell": "C20",
        "period": "2025-Q4",
        "reason": "多缴退库， 凭退库书核对",
        "explained_by": "征管股",
        "valid_until": "2026-Q2",
    }


def test_the_inbox_of_the_environment_is_used_and_the_same_answer_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUNFANG_INBOX", str(tmp_path))
    for _ in range(2):
        assert CliRunner().invoke(app, [*GIVEN, "--check", "EVA-M012"]).exit_code == 0
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--check", "TXL-V002", "--feed", "tax_local"], "须更正后重报"),
        (["--check", "TXL-Q010"], "--feed"),
        (["--check", "TXL-Q010", "--feed", "税"], "没有报送"),
        (["--check", "EVA-M012", "--until", "2025-Q3"], "早于"),
        (["--check", "EVA-M012", "--by", " "], "--by"),
    ],
)
def test_an_answer_that_could_not_count_is_refused_and_nothing_is_written(
    tmp_path: Path, more: list[str], words: str
) -> None:
    done = CliRunner().invoke(app, [*GIVEN, *more, "--inbox", str(tmp_path)])
    assert done.exit_code == 2
    assert words in done.output
    assert not list(tmp_path.iterdir())
