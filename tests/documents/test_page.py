"""The page of a run shows the whole run, escapes what banks wrote, and needs nothing from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from sqlalchemy import Connection

from cunfang.documents.page import build, result_page
from cunfang.documents.result import RunResult
from cunfang.documents.words import wan

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Balanced(HTMLParser):
    """Fails on a tag that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_every_bank_leg_warning_and_delivery(result: RunResult) -> None:
    page = build(result)

    for bank in result.participants:
        assert f'<td class="w">{bank.short_name}</td>' in page
    assert all(leg.owner in page for leg in result.legs)
    assert all(item.file in page for item in result.submissions)
    for needed in (wan(result.total), "流动性比例", "18.2%", "示例数据", "数据截至 2025-12-31", result.input_hash[:16]):
        assert needed in page


def test_the_page_is_well_formed_and_self_contained(result: RunResult) -> None:
    page = build(result)
    parser = Balanced()
    parser.feed(page)

    assert parser.open == []
    assert not any(remote in page for remote in ("http://", "https://", "<script", "<img", "@import", "url("))


def test_what_a_bank_wrote_is_text(result: RunResult) -> None:
    attack = "<script>alert(1)</script>"
    page = build(
        replace(
            result,
            participants=tuple(replace(p, short_name=attack, reason=attack) for p in result.participants),
            legs=tuple(replace(leg, owner=attack) for leg in result.legs),
        )
    )

    assert attack not in page and "&lt;script&gt;" in page


def test_a_real_county_is_not_marked_as_sample(result: RunResult) -> None:
    page = build(replace(result, sample=False, submissions=(), warnings=()))

    assert "仅供演示" not in page


def test_the_same_run_gives_the_same_page(connection: Connection, result: RunResult) -> None:
    assert result_page(connection, result.run_id) == build(result)
