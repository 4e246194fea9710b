"""The JSON Schema of rule books, for editors: `python -m cunfang.rulebook.schema` writes it anew."""

from __future__ import annotations

import json
from typing import Any

from cunfang.rulebook.inherit import FOLDER
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.warning import institution_types, severities

SCHEMA = FOLDER / "rulebook.schema.json"
REQUIRED = ["code", "name", "document", "effective_from"]
"""What every document says itself; all else may be inherited."""
# What is replaced whole where a child states it, and so must be complete; the others may be stated in part (S30).
_WHOLE = ("Parameter", "Band", "Term", "WarningLimit", "LimitOfTypes", "WarningEvent")


def rulebook_schema() -> str:
    """The schema as it should stand in `include/rulebooks/rulebook.schema.json`.

    It asks a document only for what it must say itself: a child states what it changes, and null takes out.
    """
    parts = _named(Rulebook.model_json_schema()["$defs"])
    book = parts.pop("Rulebook")
    del book["properties"]["policy"]
    for name, part in parts.items():
        if not name.startswith(_WHOLE):
            _loosen(part)
    _loosen(book)
    book["properties"]["abstract"] = {"type": "boolean", "description": "true：通用底本，不能直接用于考核"}
    for key in ("measure", "over"):
        parts["Indicator"]["properties"][key] = _terms()
    parts["LimitOfTypes"]["properties"]["types"]["items"]["enum"] = list(institution_types())
    parts["WarningEvent"]["properties"]["severities"]["items"]["enum"] = list(severities())
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **book, "required": REQUIRED, "$defs": parts}, ensure_ascii=False, indent=2) + "\n"


def _named(parts: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a kind under a short name; pydantic spells out their whole type."""
    long = [name for name in parts if name.startswith("Parameter_")]
    text = json.dumps(parts)
    for number, name in enumerate(sorted(long, key=len, reverse=True), start=1):
        text = text.replace(json.dumps(f"#/$defs/{name}"), json.dumps(f"#/$defs/Parameter{number}"))
        text = text.replace(f"{json.dumps(name)}:", f'"Parameter{number}":')
    named: dict[str, Any] = json.loads(text)
    for name in named:
        if name.startswith("Parameter"):
            named[name]["title"] = "value、clause、origin"
    return named


def _terms() -> dict[str, Any]:
    """One measure, several, or measures with factors: `loans`, `[loans, npl]`, `[{measure: loans, times: 0.5}]`."""
    one = [{"type": "string"}, {"$ref": "#/$defs/Term"}]
    return {"anyOf": [*one, {"type": "array", "items": {"anyOf": one}}, {"type": "null"}]}


def _loosen(part: dict[str, Any]) -> None:
    part.pop("required", None)
    for key, value in part.get("properties", {}).items():
        if isinstance(value.get("additionalProperties"), dict):
            value["additionalProperties"] = _nullable(value["additionalProperties"])
        value.pop("default", None)
        part["properties"][key] = _nullable(value)


def _nullable(value: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [value, {"type": "null"}]}


if __name__ == "__main__":
    SCHEMA.write_text(rulebook_schema(), encoding="utf-8")
