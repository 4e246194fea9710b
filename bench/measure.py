"""One line of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """What was measured: seconds of ours and of the peer, one of each per round."""

    what: str
    ours: Sequence[float]
    peer: Sequence[float]
    peer_is: str
    goal: str

    @property
    def ratio(self) -> float:
        """Median of ours over median of the peer."""
        return median(self.ours) / median(self.peer)

    def line(self) -> str:
        """As a row of the report's table."""
        ours, peer = (f"{median(side):.3f} s ({min(side):.3f}–{max(side):.3f})" for side in (self.ours, self.peer))
        return f"| {self.what} | {ours} | {peer} | {self.peer_is} | {self.ratio:.2f} | {self.goal} |"
