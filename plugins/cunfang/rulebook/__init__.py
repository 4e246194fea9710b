"""Rule books (考核办法): a county's policy as data, versioned and pinned by content hash."""

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.load import RulebookError, read_rulebook, rulebook_codes
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.parameter import Parameter
from cunfang.rulebook.store import store_rulebook, stored_rulebook
from cunfang.rulebook.warning import WarningEvent, WarningLimit

__all__ = [
    "Indicator",
    "Parameter",
    "Rulebook",
    "RulebookError",
    "WarningEvent",
    "WarningLimit",
    "read_rulebook",
    "rulebook_codes",
    "store_rulebook",
    "stored_rulebook",
]
