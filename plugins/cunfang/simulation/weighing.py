"""The same rule book with one weight moved and those beside it rescaled: what rank stability is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cunfang.rulebook import Indicator, Rulebook
from cunfang.simulation.altered import Setting, altered


@dataclass(frozen=True)
class Weight:
    """A weight (percent of its level) or points of an indicator that has others beside it on its level."""

    path: str
    name: str
    scale: str
    value: Decimal
    level: Decimal

    def moved(self, by: Decimal) -> Decimal:
        """The weight with the share `by` of itself more, to ten decimals."""
        return (self.value * (1 + by)).quantize(Decimal("1e-10")).normalize()

    def allows(self, by: Decimal) -> bool:
        """Whether that leaves something to those beside it."""
        return 0 <= self.moved(by) <= self.level


def weights(rulebook: Rulebook) -> list[Weight]:
    """Every weight that can be moved against others, in the order of the document; of equal rank in the tree or not."""

    def walk(nodes: dict[str, Indicator]) -> Iterator[Weight]:
        for scale in ("weight", "points"):
            said = {code: getattr(node, scale) for code, node in nodes.items() if getattr(node, scale)}
            level = sum((one.value for one in said.values()), Decimal(0))
            for code, one in said.items():
                if 0 < one.value < level:
                    yield Weight(f"indicators.{code}.{scale}", nodes[code].name, scale, one.value, level)
        for node in nodes.values():
            yield from walk(node.indicators)

    return list(walk(rulebook.indicators))


def reweighed(rulebook: Rulebook, weight: Weight, by: Decimal) -> Rulebook:
    """`rulebook` with that weight moved by the share `by` of itself; the others of its level make up the total."""
    return altered(rulebook, [Setting(weight.path, f"{weight.moved(by):f}")], rescale=True)
