"""The faults that reading and typing can find; their texts and classes are data, their numbers are stable."""

from __future__ import annotations

from enum import StrEnum

from cunfang.feeds.rules import rules
from cunfang.finding import Finding


class Fault(StrEnum):
    """Check ids of the reading room."""

    EMPTY_FILE = "FILE-S001"
    TOO_LARGE = "FILE-S002"
    BROKEN = "FILE-S003"
    PASSWORD = "FILE-S004"  # noqa: S105
    ENCODING = "FILE-S005"
    NO_SHEET = "FILE-S006"
    NO_HEADER = "FILE-S007"
    MISSING_COLUMN = "FILE-S008"
    UNKNOWN_COLUMN = "FILE-S009"
    DUPLICATE_COLUMN = "FILE-S010"
    NO_UNIT = "FILE-S011"
    NO_TITLE_PERIOD = "FILE-S012"
    OTHER_PERIOD = "FILE-S013"
    OTHER_COUNTY = "FILE-S014"
    NO_ROWS = "FILE-S015"
    NO_LAYOUT = "FILE-S016"
    RAGGED_ROW = "FILE-S017"
    FILE_TYPE = "FILE-S018"
    NOT_A_WORKBOOK = "FILE-S019"
    OTHER_FEED = "FILE-S025"
    OLD_FORM = "FILE-S026"
    TEMPLATE_YEAR = "FILE-S027"
    TWO_UNITS = "FILE-S028"
    UNIT_BELOW = "FILE-S029"
    UNIT_CELL = "FILE-S030"
    UNRECOGNISED = "FILE-S035"
    FLOW_COLUMN = "FILE-S040"
    REQUIRED = "FILE-V001"
    NOT_A_NUMBER = "FILE-V002"
    LOST_DIGIT = "FILE-V003"
    NOT_A_DATE = "FILE-V004"
    NOT_A_CHOICE = "FILE-V005"
    NOT_A_BOOLEAN = "FILE-V006"
    NOT_AN_INTEGER = "FILE-V007"
    ACCOUNT_DIGITS = "FILE-V008"
    NO_CACHED_VALUE = "FILE-V009"
    OUT_OF_RANGE = "FILE-V010"
    NOT_A_CODE = "FILE-V011"
    SCALED = "FILE-V012"
    SERIAL_DAY = "FILE-V013"
    MONTH_ONLY = "FILE-V014"
    MARKED_NUMBER = "FILE-V015"
    NOT_A_PERIOD = "FILE-V020"
    TOTAL = "FILE-Q001"
    ROUNDED = "FILE-Q002"
    OTHER_SHEET = "FILE-Q003"
    EXPECTED_COLUMN = "FILE-Q004"
    HIDDEN_PART = "FILE-Q005"
    HIDDEN_SHEET = "FILE-Q006"
    MACROS = "FILE-Q007"
    LINKS = "FILE-Q008"
    SLOW_READER = "FILE-Q009"
    OTHER_TABLE = "FILE-Q010"
    OTHER_PERIOD_TABLE = "FILE-Q011"
    AFTER_FILE_DATE = "FILE-Q012"


class FaultError(Exception):
    """A fault on its way to becoming a finding, with what its text needs."""

    def __init__(self, fault: Fault, **facts: object) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.facts = facts

    def finding(self, **where: object) -> Finding:
        """The finding; `where` takes Finding's file, sheet, cell, column, record_no, and more facts for the text."""
        return finding(self.fault, **{**self.facts, **where})


PLACES = ("file", "sheet", "cell", "column", "record_no")


def finding(fault: Fault, **facts: object) -> Finding:
    """`fault` as a finding: `facts` fill the text, and those that are places of a Finding say where."""
    text = rules().checks[fault.value]
    where = {place: facts[place] for place in PLACES if place in facts}
    return Finding(
        check=fault.value,
        klass=text.klass,
        message=text.message.format_map(facts),
        advice=text.advice.format_map(facts),
        **where,  # type: ignore[arg-type]
    )
