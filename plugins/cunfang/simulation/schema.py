"""The JSON Schema of situations, for editors: `python -m cunfang.simulation.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from cunfang.simulation.read import RULEBOOKS
from cunfang.simulation.situation import Situation

SCHEMA: Path = RULEBOOKS / "situation.schema.json"


def situation_schema() -> str:
    """The schema as it should stand in `include/rulebooks/situation.schema.json`; numbers may stand without quotes."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Situation.model_json_schema()}
    return json.dumps(_written(schema), ensure_ascii=False, indent=2) + "\n"


def _written(node: object) -> object:
    """Text that a person may write as a number or a date is any scalar to an editor."""
    if isinstance(node, list):
        return [_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "string" and not {"enum", "pattern", "format", "minLength"} & node.keys():
        return {**node, "type": ["string", "number"]}
    return {key: _written(value) for key, value in node.items()}


if __name__ == "__main__":
    SCHEMA.write_text(situation_schema(), encoding="utf-8")
