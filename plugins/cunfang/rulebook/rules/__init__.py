"""The rules of the linter, each over a whole rule book; numbers and words stand in include/rulebooks/lint.yaml."""

from cunfang.rulebook.rules.site import Judge, Known, Raised
from cunfang.rulebook.rules.versions import among_versions

JUDGES: tuple[Judge, ...] = ()

__all__ = ["JUDGES", "Known", "Raised", "among_versions"]
