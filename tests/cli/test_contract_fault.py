"""A contract with a mistake ends a command with the file, the line and the key, not with a trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cunfang.settings import INCLUDE


def test_given_a_contract_with_a_mistake_when_a_file_is_checked_then_file_line_and_key_are_named(
    tmp_path: Path,
) -> None:
    include = tmp_path / "include"
    shutil.copytree(INCLUDE, include, ignore=shutil.ignore_patterns("sample"))
    tax = include / "feeds" / "tax.yaml"
    lines = tax.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, start=1) if "ignored:" in line)
    lines[place - 1] = lines[place - 1].replace("ignored:", "ignoered:")
    tax.write_text("\n".join(lines), encoding="utf-8")
    file = tmp_path / "税.csv"
    file.write_text("纳税人名称\n工行\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from cunfang.cli import main; main()", "check", str(file), "--feed", "tax"],
        env={**os.environ, "CUNFANG_INCLUDE": str(include)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"tax.yaml:{place} layouts.0.ignoered" in done.stderr
    assert "Traceback" not in done.stderr
