"""Read a rule book from include/rulebooks/<code>/rulebook.yaml; one that the linter refuses cannot be loaded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cunfang.rulebook.flaw import Flaw
from cunfang.rulebook.inherit import FOLDER, codes_on_hand, resolve
from cunfang.rulebook.lint import examine
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.source import UnreadableError

__all__ = ["FOLDER", "RulebookError", "read_rulebook", "rulebook_codes"]


class RulebookError(ValueError):
    """A rule book cannot be used; the message names file, line and key of every fault, `flaws` are the same as data."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("\n".join(flaw.text() for flaw in flaws))
        self.flaws = flaws


def rulebook_codes(folder: Path = FOLDER) -> list[str]:
    """Codes of the rule books on hand that can be evaluated (a common base cannot)."""
    try:
        return [code for code in codes_on_hand(folder) if not resolve(code, folder).abstract]
    except UnreadableError as error:
        raise RulebookError(*error.flaws) from error


@lru_cache(maxsize=64)
def read_rulebook(code: str, folder: Path = FOLDER) -> Rulebook:
    """The rule book `code` with everything it inherits; RulebookError says what is wrong and where."""
    examined = examine(code, folder)
    if base := [flaw for flaw in examined.flaws if flaw.kind == "abstract"]:
        raise RulebookError(*base)
    if examined.rulebook is None or examined.errors:
        raise RulebookError(*examined.errors)
    return examined.rulebook
