"""The schema for editors: it is the model's, it takes every shipped book, and it sees a slip of the pen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rulebook.books import BOOK, write

from cunfang.rulebook.inherit import FOLDER, codes_on_hand
from cunfang.rulebook.schema import REQUIRED, SCHEMA, rulebook_schema


def _checked(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_given_the_model_then_the_schema_on_hand_is_its_own() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == rulebook_schema()
    assert json.loads(rulebook_schema())["required"] == REQUIRED


@pytest.mark.parametrize("code", codes_on_hand())
def test_given_a_shipped_rule_book_then_editors_find_its_schema(code: str) -> None:
    first = (FOLDER / code / "rulebook.yaml").read_text(encoding="utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=../rulebook.schema.json"


def test_given_the_shipped_rule_books_then_the_schema_takes_them() -> None:
    done = _checked(*(FOLDER / code / "rulebook.yaml" for code in codes_on_hand()))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "spoilt",
    [
        BOOK.replace("method: share_of_total", "method: average", 1),
        BOOK.replace("famil", "faml"),
        BOOK.replace("{value: 60, clause: 四}", "{value: 60}"),
        BOOK.replace("code: book\n", ""),
    ],
)
def test_given_a_fault_then_the_schema_sees_it(tmp_path: Path, spoilt: str) -> None:
    write(tmp_path, book=spoilt)

    assert _checked(tmp_path / "book" / "rulebook.yaml").returncode == 1
