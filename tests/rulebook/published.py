"""The published schemes row by row (published.csv), and how a row's words are said in a rule book.

The first eleven columns are the survey of published texts as it stands; `book` and `indicators` say where the row is
carried, `points` what it carries there, and `why` where ours cannot or does not say what is printed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cunfang.rulebook import read_rulebook
from cunfang.rulebook.model import Placed

FILE = Path(__file__).with_name("published.csv")
# What the survey calls a basis, as the bases of the leaves that carry it.
BASES: dict[str, set[str]] = {
    "stock": {"stock"},
    "flow": {"flow"},
    "increment": {"increment"},
    "growth": {"growth"},
    "ratio": {"ratio"},
    "ratio change": {"ratio change"},
    "increment+growth": {"increment", "growth"},
    "increment80%+growth20%": {"increment", "growth"},
    "stock,growth": {"stock", "growth"},
    "flow,growth": {"flow", "growth"},
    "quarterly average balance": {"average"},
    "monthly avg increment": {"average"},
    "count": {"stock"},
    "rank": {"stock"},
    "external_score": {"stock"},
    "qualitative": {"stock"},
    "class": {"stock"},
    "count+amount": {"stock"},
}
METHODS: dict[str, set[str]] = {
    "share_of_total": {"share_of_total"},
    "blend": {"share_of_total"},
    "max_norm": {"share_of_best"},
    "max_norm?": {"share_of_best"},
    "max_norm_x100": {"share_of_best"},
    "min_norm_inverse": {"inverse_of_best"},
    "rank_step": {"rank_step"},
    "rank_step_pct": {"rank_step in percent"},
    "rank_band": {"rank_bands"},
    "band": {"bands"},
    "mean_cap": {"mean_cap"},
    "area_relative": {"area_relative"},
    "target_completion": {"target_completion"},
    "points_per_unit": {"points_per_unit"},
    "rate_x_amount": {"points_per_unit"},
    "threshold": {"pass_fail"},
    "pass_through": {"score"},
    "qualitative": {"score"},
    "bonus": {"score"},
    "bonus_penalty_amount": {"rank_bands", "points_per_unit"},
    "per_lot_cap_norm": {"points of each lot"},
}


@dataclass(frozen=True)
class Published:
    """One row of the survey, with the place that carries it."""

    scheme: str
    full_scale: str
    indicator: str
    printed: str
    basis: str
    normalisation: str
    evidence: str
    book: str
    codes: tuple[str, ...]
    points: tuple[Decimal, ...]
    why: str

    @property
    def carried(self) -> list[Placed]:
        """The nodes that carry it, groups and leaves, in the order named."""
        by_code = {one.code: one for one in read_rulebook(self.book).placed()}
        return [by_code[code] for code in self.codes]

    @property
    def leaves(self) -> list[Placed]:
        """The leaves under what carries it."""
        placed = list(read_rulebook(self.book).placed())
        under = set(self.codes)
        for one in placed:
            under |= {one.code} if one.parent in under else set()
        return [one for one in placed if one.code in under and one.indicator.leaf]

    @property
    def plain(self) -> Decimal | None:
        """The points as printed, where they are a plain number of the scale: 20, 30%, 40 (old)."""
        found = re.fullmatch(r"([\d.]+)%?( \(old\)| \(rest\)| \(text base 25\))?", self.printed)
        return Decimal(found[1]) if found else None


def published() -> list[Published]:
    """Every row of the survey."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(row: dict[str, str]) -> Published:
    return Published(
        row["scheme"],
        row["full_scale"],
        row["indicator"],
        row["points_or_weight"],
        row["basis"],
        row["normalisation"],
        row["evidence"],
        row["book"],
        tuple(filter(None, row["indicators"].split(";"))),
        tuple(Decimal(part) for part in row["points"].split(";") if part),
        row["why"],
    )


def basis_of(leaf: Placed) -> str:
    """A leaf's basis in the survey's words: a quotient is a ratio, its change a ratio change."""
    node = leaf.indicator
    if node.basis == "new_ratio" or (node.basis == "stock" and (node.over or node.family == "pboc_prudential")):
        return "ratio"
    return "ratio change" if node.basis == "increment" and node.over else str(node.basis)


def method_of(leaf: Placed) -> str:
    """A leaf's method; a step in percent of the points is another one in the survey."""
    return f"{leaf.indicator.method}{' in percent' if leaf.indicator.step_percent else ''}"
