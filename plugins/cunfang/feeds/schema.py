"""The JSON Schema of feed contracts, for editors: `python -m cunfang.feeds.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from cunfang.feeds.contract import FEEDS, Contract

SCHEMA: Path = FEEDS / "contract.schema.json"


def contract_schema() -> str:
    """The schema as it should stand in `include/feeds/contract.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(contract_schema(), encoding="utf-8")
