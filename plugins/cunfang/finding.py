"""A finding (校验发现): what a check saw, where, and what to do about it, in Chinese for the provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Klass(StrEnum):
    """Classes of checks, as filers to HMDA know them (design §3)."""

    SYNTACTICAL = "syntactical"
    VALIDITY = "validity"
    QUALITY = "quality"
    MACRO = "macro"

    @property
    def blocking(self) -> bool:
        """Syntactical and validity findings must be corrected; quality and macro ones corrected or explained."""
        return self in (Klass.SYNTACTICAL, Klass.VALIDITY)


@dataclass(frozen=True)
class Finding:
    """One fault. `check` is the stable number a mail shows (`PBC-V014`); `message` says what, `advice` what to do."""

    check: str
    klass: Klass
    message: str
    advice: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    column: str = ""
    record_no: int | None = None

    @property
    def blocking(self) -> bool:
        """Whether it stops the submission."""
        return self.klass.blocking

    @property
    def where(self) -> str:
        """`文件 › 工作表 › C5`, as far as known."""
        return " › ".join(part for part in (self.file, self.sheet, self.cell or self.column) if part)
