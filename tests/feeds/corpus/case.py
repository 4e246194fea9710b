"""One entry of the corpus: a file as an office makes it, and what must come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class File(Protocol):
    """Something that can be built as bytes."""

    def build(self, suffix: str) -> bytes:
        """The file in the format that its suffix names."""


@dataclass(frozen=True)
class Case:
    """`rows`: a drawn table of the typed rows, by column, in order (money in yuan); empty where the file is refused.

    `findings`: every finding of reading and typing, as `number place` with the place a cell, a sheet, or `-`.
    """

    name: str
    shows: str
    feed: str
    file: File
    rows: str = ""
    findings: tuple[str, ...] = ()
    period: str = "2025-Q4"
    layout: str = ""

    @property
    def suffix(self) -> str:
        """Of the file's name."""
        return self.name.rpartition(".")[2]
