"""The rules of the linter, each over a whole rule book; numbers and words stand in include/rulebooks/lint.yaml."""

from cunfang.rulebook.rules.allotment import allotment
from cunfang.rulebook.rules.bands import bands
from cunfang.rulebook.rules.choices import names, ours, unsaid
from cunfang.rulebook.rules.dates import dates
from cunfang.rulebook.rules.points import closing, reach
from cunfang.rulebook.rules.printed import printed
from cunfang.rulebook.rules.site import Judge, Known, Raised
from cunfang.rulebook.rules.sources import sources
from cunfang.rulebook.rules.versions import among_versions

JUDGES: tuple[Judge, ...] = (closing, reach, bands, printed, sources, unsaid, names, dates, allotment, ours)

__all__ = ["JUDGES", "Known", "Raised", "among_versions"]
