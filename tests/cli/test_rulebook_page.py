"""`cunfang rulebook page`: the page that an office publishes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cunfang.cli.main import app
from cunfang.rulebook import read_rulebook

RUN = CliRunner()


def test_given_a_rule_book_then_its_page_is_written_where_asked(tmp_path: Path) -> None:
    target = tmp_path / "办法.html"
    said = RUN.invoke(app, ["rulebook", "page", "hefei-2012", "--out", str(target)])

    assert said.exit_code == 0
    assert "已写入" in said.stdout
    assert read_rulebook("hefei-2012").name in target.read_text(encoding="utf-8")


def test_given_no_place_then_it_lies_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert RUN.invoke(app, ["rulebook", "page", "hefei-2012"]).exit_code == 0
    assert (tmp_path / "hefei-2012.html").is_file()


def test_given_a_dash_then_it_goes_to_standard_output() -> None:
    said = RUN.invoke(app, ["rulebook", "page", "hefei-2012", "--out", "-"])

    assert said.stdout.lstrip().startswith("<!doctype html>")


@pytest.mark.parametrize("code", ["none-such", "base", "../base"])
def test_given_a_code_that_cannot_be_used_then_it_says_so_and_writes_nothing(tmp_path: Path, code: str) -> None:
    target = tmp_path / "x.html"
    said = RUN.invoke(app, ["rulebook", "page", code, "--out", str(target)])

    assert said.exit_code == 2
    assert "✗" in said.stderr
    assert not target.exists()


def test_given_a_folder_that_is_not_there_then_it_says_so(tmp_path: Path) -> None:
    said = RUN.invoke(app, ["rulebook", "page", "hefei-2012", "--out", str(tmp_path / "no" / "x.html")])

    assert said.exit_code == 2
    assert "写不进去" in said.stderr
