"""Data Docs: Great Expectations' own page of one validation, and an index of all pages."""

from __future__ import annotations

import html
import os
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.render.view.view import DefaultJinjaPageView

_INDEX = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>校验报告</title></head>
<body><h1>校验报告</h1><ul>
{items}
</ul></body></html>
"""


def write(name: str, results: Sequence[ExpectationValidationResult], page: Path) -> None:
    """Render the results of suite `name` to `page`, renew the index beside it; a reader never sees half a page."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.validator.validator import calc_validation_statistics

    statistics = calc_validation_statistics(list(results))
    result = ExpectationSuiteValidationResult(
        results=list(results), success=statistics.success, suite_name=name, statistics=statistics._asdict(), meta={}
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    content = ValidationResultsPageRenderer().render(result)
    _replace(page, str(_view().render(content)))
    index(page.parent)


@lru_cache(maxsize=1)
def _view() -> DefaultJinjaPageView:
    """One view per process: making it compiles every template."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def index(folder: Path) -> None:
    """`index.html` of the pages in `folder`, newest submission first."""
    pages = [path for path in folder.glob("*.html") if path.stem.isdecimal()]
    pages.sort(key=lambda path: int(path.stem), reverse=True)
    items = (f'<li><a href="{html.escape(path.name)}">报送批次 {html.escape(path.stem)}</a></li>' for path in pages)
    _replace(folder / "index.html", _INDEX.format(items="\n".join(items)))


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
