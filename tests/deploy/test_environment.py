""".env.example names every setting, and nothing that is not one; no secret is in the repository."""

from __future__ import annotations

import base64
import importlib.util
import re
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def new_env(home: Path) -> ModuleType:
    """deploy/new_env.py, which is a script and no part of the library."""
    spec = importlib.util.spec_from_file_location("new_env", home / "deploy" / "new_env.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def values(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: value for name, sign, value in lines if sign}


def test_given_compose_and_settings_then_the_example_names_exactly_their_variables(
    compose_text: str, example: Mapping[str, str], home: Path
) -> None:
    compose = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", compose_text))
    settings = set(re.findall(r'"(CUNFANG_[A-Z_]+)"', (home / "plugins/cunfang/settings.py").read_text("utf-8")))
    assert len(compose) > 20 and len(settings) == 7
    assert set(example) == compose | settings


def test_given_a_variable_with_a_default_then_the_example_shows_that_default(
    compose_text: str, example: Mapping[str, str]
) -> None:
    defaults = dict(re.findall(r"(?<!\$)\$\{([A-Z_]+):-([^}]*)\}", compose_text))
    assert len(defaults) >= 7
    assert {name: example[name] for name in defaults} == defaults


def test_given_the_repository_then_it_holds_no_secret(example: Mapping[str, str], home: Path) -> None:
    secret = [name for name in example if name.endswith(("_PASSWORD", "_SECRET", "_KEY"))]
    assert len(secret) >= 12
    assert all(example[name] == "" for name in secret)
    assert ".env" in (home / ".gitignore").read_text(encoding="utf-8").splitlines()
    tracked = subprocess.run(["git", "ls-files", ".env", "**/.env"], cwd=home, capture_output=True, text=True)
    assert tracked.stdout == ""


def test_given_the_example_when_an_env_is_made_then_secrets_are_fresh_strong_and_private(
    new_env: ModuleType, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / ".env.example").write_bytes((home / ".env.example").read_bytes())
        assert new_env.main(folder) == 0
        assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
        made.append(values(folder / ".env"))
    empty = {name for name, value in made[0].items() if not value}
    assert empty == {"CUNFANG_INBOX", "CUNFANG_SMTP_URL", "CUNFANG_MAIL_FROM"}
    said = capsys.readouterr().out
    assert all(name in said for name in empty)
    secrets = {name for name in made[0] if name.endswith(("_PASSWORD", "_SECRET", "_KEY"))}
    assert all(made[0][name] != made[1][name] and len(made[0][name]) >= 44 for name in secrets)
    assert len({made[0][name] for name in secrets}) == len(secrets)
    assert all(re.fullmatch("[0-9a-f]+", made[0][name]) for name in secrets - {"AIRFLOW_FERNET_KEY"})
    assert len(base64.urlsafe_b64decode(made[0]["AIRFLOW_FERNET_KEY"])) == 32


def test_given_an_env_when_one_is_made_again_then_it_is_left_alone(
    new_env: ModuleType, tmp_path: Path, home: Path
) -> None:
    (tmp_path / ".env.example").write_bytes((home / ".env.example").read_bytes())
    (tmp_path / ".env").write_text("REDIS_PASSWORD=kept\n", encoding="utf-8")
    assert new_env.main(tmp_path) == 1
    assert values(tmp_path / ".env") == {"REDIS_PASSWORD": "kept"}
