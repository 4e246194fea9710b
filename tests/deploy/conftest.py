"""The files of the production face, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML


@pytest.fixture(scope="session")
def home() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def compose_text(home: Path) -> str:
    return (home / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def compose(compose_text: str) -> Mapping[str, Any]:
    """With anchors and merges resolved, as Compose sees it."""
    content: Mapping[str, Any] = YAML(typ="safe").load(compose_text)
    return content


@pytest.fixture(scope="session")
def services(compose: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="session")
def example(home: Path) -> Mapping[str, str]:
    """Every name of .env.example, those that are commented out included, with what stands after it."""
    lines = (home / ".env.example").read_text(encoding="utf-8").splitlines()
    named = (re.fullmatch(r"(?:# )?([A-Z][A-Z_]+)=(.*)", line) for line in lines)
    return {match[1]: match[2] for match in named if match}
