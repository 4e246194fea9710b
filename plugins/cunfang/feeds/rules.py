"""What all layouts share (`include/feeds/reading.yaml`): limits, marks, title forms, the checks and their texts."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cunfang.feeds.contract import FEEDS
from cunfang.feeds.document import Model, load
from cunfang.finding import Klass
from cunfang.institution import normal_form


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"正则表达式有误：{error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class Limits(Model):
    """Where reading stops: beyond these a file is not a quarterly return."""

    file_bytes: int
    unpacked_bytes: int
    cells: int
    columns: int
    header_search_rows: int
    header_rows: int
    copied_cells: int
    copied_bytes: int
    marked_cells: int
    document_bytes: int


class Span(Model):
    """A way titles write the time covered; named groups year, quarter, month, month_from, day."""

    pattern: Pattern
    span: Literal["quarter", "month", "months", "year_to_date", "year", "point"]


class CheckText(Model):
    """What a check of reading says. `{…}` is filled in."""

    klass: Klass = Field(alias="class")
    message: str
    advice: str


class Rules(Model):
    """The shared reading rules. Patterns see text without spaces and with full-width forms narrowed."""

    limits: Limits
    own_sheets: tuple[str, ...] = ()
    documents: dict[str, str] = Field(description="决定文件的格式 → 文件开头的字节（十六进制）")
    encodings: tuple[str, ...]
    spans: tuple[Span, ...]
    county: Pattern
    unit: Pattern
    heading_unit: Pattern
    heading_prefix: Pattern
    name_prefix: Pattern
    translation: Pattern
    numbering: Pattern
    template_year: Pattern
    preamble: tuple[Pattern, ...]
    footnotes: tuple[Pattern, ...]
    groups: tuple[str, ...]
    leaves: tuple[str, ...]
    repairs: dict[str, str]
    totals: tuple[str, ...]
    subtotals: tuple[str, ...]
    carried: tuple[str, ...]
    flows: Pattern
    bank_groups: tuple[str, ...]
    blanks: tuple[str, ...]
    booleans: dict[str, bool]
    checks: dict[str, CheckText]

    @cached_property
    def total_words(self) -> dict[str, bool]:
        """Word → whether it closes the whole table (合计) and not a block (小计)."""
        words = {normal_form(word): False for word in self.subtotals}
        return words | {normal_form(word): True for word in (*self.totals, *self.carried)}

    @cached_property
    def closing_words(self) -> frozenset[str]:
        """The words of a total that ends a table; 过次页 does not."""
        return frozenset(map(normal_form, self.totals))

    @cached_property
    def group_rows(self) -> frozenset[str]:
        """Names of groups of banks, which stand in a row of their own and are no bank."""
        return frozenset(map(normal_form, self.bank_groups))

    @cached_property
    def leaf_words(self) -> frozenset[str]:
        """Headings that add nothing to the one above them: 企业贷款 over 余额."""
        return frozenset(map(normal_form, self.leaves))

    @cached_property
    def boolean_words(self) -> dict[str, bool]:
        """Written word → truth."""
        return {normal_form(word): truth for word, truth in self.booleans.items()}

    @cached_property
    def footnote(self) -> str:
        """One pattern for what a note under the table starts with."""
        return "|".join(f"(?:{pattern})" for pattern in self.footnotes)

    @cached_property
    def _footnote(self) -> re.Pattern[str]:
        return re.compile(self.footnote)

    def is_footnote(self, text: str) -> bool:
        """Whether a row that starts with `text` is a note under the table."""
        return self._footnote.match(text) is not None

    def is_preamble(self, text: str) -> bool:
        """Whether `text` belongs above the header."""
        return any(re.search(pattern, text) for pattern in (self.unit, *self.preamble))


@lru_cache(maxsize=4)
def rules(folder: Path = FEEDS) -> Rules:
    """The reading rules of `folder`, read once."""
    return load(folder / "reading.yaml", Rules)
