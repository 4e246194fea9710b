"""Dates of one document."""

from __future__ import annotations

from collections.abc import Iterator

from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.rules.site import Known, Raised


def dates(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """An end before the beginning."""
    end = rulebook.effective_to
    if end is not None and end < rulebook.effective_from:
        yield Raised("ends_before_start", ("effective_to",), {"start": rulebook.effective_from, "end": end})
