"""Data Docs: Great Expectations' own page of one validation, and an index of all pages."""

from __future__ import annotations

import html
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.render.view.view import DefaultJinjaPageView

# The newest page stands last in the file and first on the screen, so that a page more is a line more. HTML lets the
# end tags go.
_INDEX = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>校验报告</title>
<style>ol{display:flex;flex-direction:column-reverse;list-style:none;padding:0}</style></head>
<body><h1>校验报告</h1><ol>
"""


def write(name: str, results: Sequence[ExpectationValidationResult], page: Path) -> None:
    """Render the results of suite `name` to `page` and list it beside it; a reader never sees half a page.

    The page counts all rules and shows those that were broken: a rule that holds has nothing to show.
    """
    broken = [one for one in results if not one.success]
    page.parent.mkdir(parents=True, exist_ok=True)
    known = page.exists()
    _replace(page, _rendered(name, broken, len(results)) if broken else _clean(name, len(results)))
    if not known:
        _list(page)


@lru_cache(maxsize=64)
def _clean(name: str, count: int) -> str:
    """The page of a suite whose `count` rules all hold is the same every time."""
    return _rendered(name, [], count)


def _rendered(name: str, broken: Sequence[ExpectationValidationResult], count: int) -> str:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    held = count - len(broken)
    statistics = {
        "evaluated_expectations": count,
        "successful_expectations": held,
        "unsuccessful_expectations": len(broken),
        "success_percent": held * 100 / count if count else None,
    }
    result = ExpectationSuiteValidationResult(
        results=list(broken), success=not broken, suite_name=name, statistics=statistics, meta={}
    )
    return str(_view().render(ValidationResultsPageRenderer().render(result)))


@lru_cache(maxsize=1)
def _view() -> DefaultJinjaPageView:
    """One view per process: making it compiles every template."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _list(page: Path) -> None:
    """Add `page` to `index.html` beside it; an index that is not there is made of all the pages that are."""
    path = page.parent / "index.html"
    if path.exists():
        with path.open("a", encoding="utf-8") as index:
            index.write(_lines([page]))
        return
    pages = [one for one in page.parent.glob("*.html") if one.stem.isdecimal()]
    _replace(path, _INDEX + _lines(sorted(pages, key=lambda one: int(one.stem))))


def _lines(pages: Iterable[Path]) -> str:
    names = ((html.escape(page.name), html.escape(page.stem)) for page in pages)
    return "".join(f'<li><a href="{name}">报送批次 {number}</a></li>\n' for name, number in names)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
