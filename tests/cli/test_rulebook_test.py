"""`cunfang rulebook test`: which situations hold, what differs where, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cunfang.cli.main import app
from cunfang.simulation.read import RULEBOOKS

PANEL = RULEBOOKS / "weifang" / "situations" / "panel.yaml"


@pytest.fixture
def two_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a case that holds and one whose figures were changed after the reckoning."""
    folder = tmp_path / "weifang" / "situations"
    folder.mkdir(parents=True)
    shutil.copy(PANEL, folder / "a.yaml")
    changed = PANEL.read_text(encoding="utf-8").replace("panel_service: {甲: 75", "panel_service: {甲: 65")
    (folder / "b.yaml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr("cunfang.cli.situations.situation_paths", lambda code: sorted(folder.glob("*.yaml")))
    return folder


def test_given_cases_of_which_one_differs_when_tested_then_it_is_shown_cell_by_cell_and_the_end_is_1(
    two_cases: Path,
) -> None:
    result = CliRunner().invoke(app, ["rulebook", "test", "weifang"])

    assert result.exit_code == 1
    assert "总得分 甲：应为 81，算得 75.00" in result.output
    assert f"{two_cases / 'b.yaml'}" in result.output
    assert "算例 2 个，相符 1 个，不符 1 个" in result.output


def test_given_a_case_that_cannot_be_read_when_tested_as_json_then_the_others_are_tested_all_the_same(
    two_cases: Path,
) -> None:
    (two_cases / "b.yaml").write_text("name: [", encoding="utf-8")

    result = CliRunner().invoke(app, ["rulebook", "test", "weifang", "--json"])
    said = json.loads(result.stdout)

    assert result.exit_code == 1
    assert (said["held"], said["failed"]) == (1, 1)
    assert said["cases"][0]["holds"]
    assert said["cases"][1]["fault"].startswith(f"{two_cases / 'b.yaml'} 第 1 行")


@pytest.mark.parametrize("arguments", [[], ["--all", "weifang"], ["nosuch"]])
def test_given_no_code_or_an_unknown_one_when_tested_then_the_usage_is_wrong(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["rulebook", "test", *arguments]).exit_code == 2
