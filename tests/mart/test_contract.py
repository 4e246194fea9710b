"""The contract with BI tools: names, types and Chinese comments of everything in `mart` (spec: people §1-2)."""

from __future__ import annotations

import re
from typing import Any

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ASCII_NAME = re.compile(r"[a-z][a-z0-9_]*")
CHINESE_NAME = re.compile(r"[A-Za-z\u4e00-\u9fff]+")
TYPES = {"text", "date", "integer", "boolean", "numeric(18,2)", "numeric(12,6)"}
# What FineBI and the databases that BI tools copy into do not take as a column name, beyond PostgreSQL's own words.
TYPE_NAMES = {
    *("double", "float", "number", "decimal", "datetime", "timestamp", "bigint", "smallint", "tinyint", "money"),
    *("varchar", "nvarchar", "char", "clob", "blob", "binary", "bit", "long", "raw", "year", "rank", "rows", "row"),
    *("level", "string"),
}  # fmt: skip

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
    FROM pg_class AS c
    INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'mart'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
"""
RELATIONS = """
    SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
    WHERE relnamespace = 'mart'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')
"""


def test_given_mart_then_every_table_view_and_column_has_a_chinese_comment(county: Any) -> None:
    relations, columns = county.all(RELATIONS), county.all(COLUMNS)
    assert len(relations) > 45
    lacking = [name for name, comment in relations if not CHINESE.search(comment or "")]
    lacking += [f"{relation}.{name}" for relation, name, _, comment in columns if not CHINESE.search(comment or "")]
    assert lacking == []


def test_given_mart_then_only_types_that_any_bi_tool_reads(county: Any) -> None:
    assert [row[:3] for row in county.all(COLUMNS) if row[2] not in TYPES] == []


def test_given_mart_then_names_are_lower_case_ascii_and_no_reserved_or_type_name(county: Any) -> None:
    words = {word for (word,) in county.all("SELECT word FROM pg_get_keywords()")}
    types = "SELECT typname::text FROM pg_type WHERE typrelid = 0 AND typnamespace = 'pg_catalog'::regnamespace"
    words |= {name for (name,) in county.all(types)} | TYPE_NAMES
    columns = county.all(COLUMNS)
    names = {relation for relation, *_ in columns}
    names |= {name for relation, name, *_ in columns if not relation.startswith("v_cn_")}
    assert sorted(name for name in names if not ASCII_NAME.fullmatch(name) or name in words) == []


def test_given_chinese_views_then_headings_are_letters_and_chinese_only(county: Any) -> None:
    headings = [(relation, name) for relation, name, *_ in county.all(COLUMNS) if relation.startswith("v_cn_")]
    assert len(headings) > 100
    assert [item for item in headings if not CHINESE_NAME.fullmatch(item[1]) or not CHINESE.search(item[1])] == []


def test_given_balances_then_their_comments_say_semi_additive(county: Any) -> None:
    said = {row[0]: row[1] for row in county.all(RELATIONS)}
    for relation in ("fact_deposit_balance", "fact_loan_balance", "fact_allocation", "v_current_deposit_balance"):
        assert "半可加" in said[relation]


def test_given_facts_then_each_declares_its_grain_and_carries_its_lineage(county: Any) -> None:
    facts = {name: comment for name, comment in county.all(RELATIONS) if name.startswith("fact_")}
    assert [name for name, comment in facts.items() if "粒度：" not in comment] == []
    columns = {(relation, name) for relation, name, *_ in county.all(COLUMNS)}
    lineage = ("run_key", "rule_version_key", "submission_key", "region_key", "period_key")
    assert [(fact, name) for fact in facts for name in lineage if (fact, name) not in columns] == []


def test_given_the_required_stars_then_all_are_there(county: Any) -> None:
    names = {name for name, _ in county.all(RELATIONS)}
    dimensions = "date period institution indicator rule_version fund_category account provider region alert_rule run"
    facts = (
        "deposit_balance loan_balance tax timeliness_event score allocation order order_leg alert dq_result"
    )  # fmt: skip
    assert {f"dim_{name}" for name in dimensions.split()} <= names
    assert {f"fact_{name}" for name in facts.split()} <= names
    assert {f"v_current_{name}" for name in facts.split()} <= names
    assert {"v_cn_evaluation", "v_cn_adjustment", "v_cn_alert"} <= names
