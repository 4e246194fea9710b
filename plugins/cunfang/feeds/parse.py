"""Text to typed values: what offices really write is accepted, all else is a fault, nothing is guessed (N1, N2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.rules import rules
from cunfang.institution import normal_form
from cunfang.money import FEN, UNITS, yuan

MONEY_LIMIT = Decimal(10) ** 16
NUMBER_DIGITS = 30
UNIT_WORDS = sorted(UNITS, key=len, reverse=True)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D, 0xA0: 0x20}
_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_PLAIN = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,8})?").fullmatch
_MARK = re.compile(r"\s*([①-⓿❶-➓²³¹⁰-⁹₀-₉*★☆※†‡#]+|\(?注\d*\)?|[\[〔【(]\d{1,2}[\]〕】)])$")
_FIGURE = re.compile(r"[-+△▲(]?\s*\d[\d,]*(?:\.\d+)?\)?(?:%|[万亿]?元)?")
_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])")
_MONTH = re.compile(r"\d{4}(?:[-/.]\d{1,2}|年\d{1,2}月[末底份]?)")
_HAN_DATE = re.compile(
    "([〇○零一二三四五六七八九]{4}年)([一二三四五六七八九十]{1,3}月)([一二三四五六七八九十廿卅]{1,3}[日号])?"
)
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$")
_TIME = re.compile(r"^(.*?)(?:[ T]+|(?<=日))(\d{1,2})[:时](\d{2})分?(?::(\d{2}))?$")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_FIGURES = frozenset("0123456789")
_LIST = re.compile(r"[;；]")
_PERIOD = re.compile(r"(\d{4})(?:-?[Qq]|年第?)([1-4一二三四])(?:季度)?")


def narrow(text: str) -> str:
    """Full-width forms as half-width, ends trimmed. Not NFKC: that would turn a footnote mark ² into a digit."""
    return text.strip() if text.isascii() else text.translate(_NARROW).strip()


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, or one of the marks offices use for nothing."""
    if text[:1] in _FIGURES:
        return False
    kept = narrow(text)
    return not kept or kept in rules().blanks


def number(text: str) -> Decimal:
    """A number; thousands separators, full-width digits, `(1,234)` and `△1,234` for negatives are understood."""
    if _PLAIN(text):
        return Decimal(text)
    kept = narrow(text)
    sign = 1
    if kept[:1] in ("-", "+", "△", "▲"):
        sign, kept = (1 if kept[0] == "+" else -1), kept[1:].lstrip()
    elif kept.startswith("(") and kept.endswith(")"):
        sign, kept = -1, kept[1:-1]
    if re.fullmatch(r"\.\d+", kept):
        raise FaultError(Fault.LOST_DIGIT, text=text)
    if not (kept.isascii() and _NUMBER.fullmatch(kept)):
        _refuse_marked(text)
        raise FaultError(Fault.NOT_A_NUMBER, text=text)
    if len(kept) > NUMBER_DIGITS:
        raise FaultError(Fault.OUT_OF_RANGE, text=text)
    return sign * Decimal(kept.replace(",", ""))


def _refuse_marked(text: str) -> None:
    """A FaultError of its own for a number with the mark of a footnote behind it."""
    kept = narrow(text)
    mark = _MARK.search(kept)
    if mark and _FIGURE.fullmatch(kept[: mark.start()]):
        raise FaultError(Fault.MARKED_NUMBER, text=text, mark=mark[1])


def exact_yuan(text: str, unit: str) -> Decimal:
    """Money in yuan, unrounded. A unit written in the cell itself (`6078万元`) goes before the column's."""
    kept = narrow(text)
    stated = next((word for word in UNIT_WORDS if kept.endswith(word)), "")
    value = yuan(number(kept.removesuffix(stated)) if stated else number(text), stated or unit or "元")
    if abs(value) >= MONEY_LIMIT:
        raise FaultError(Fault.OUT_OF_RANGE, text=text)
    return value


def plain_fen(text: str, factor: Decimal) -> Decimal | None:
    """Money written as a plain number, times the yuan in its unit, if that is whole fen; None asks to look closer."""
    if not _PLAIN(text):
        return None
    exact = Decimal(text) * factor
    fen = exact.quantize(FEN, ROUND_HALF_UP)
    return fen if fen == exact else None


def to_fen(value: Decimal) -> Decimal:
    """Rounded half-up to the fen (N1, N11)."""
    return value.quantize(FEN, ROUND_HALF_UP)


def ratio(text: str, unit: str) -> Decimal:
    """A share of one: `25` in `%`, `25%` and `0.25` are all 0.25."""
    kept = narrow(text)
    if kept.endswith("%"):
        return number(kept[:-1]) / 100
    return number(text) / 100 if unit == "%" else number(text)


def integer(text: str) -> int:
    """A whole number."""
    value = number(text)
    if value != value.to_integral_value():
        raise FaultError(Fault.NOT_AN_INTEGER, text=text)
    return int(value)


def day(text: str) -> date:
    """A day that exists: 2025-12-31, 2025/12/31, 2025.12.31, 20251231, 2025年12月31日, 二〇二五年十二月三十一日."""
    kept = _in_figures(_MIDNIGHT.sub("", narrow(text)))
    if _MONTH.fullmatch(kept):
        raise FaultError(Fault.MONTH_ONLY, text=text)
    match = _DATE.fullmatch(kept) or _COMPACT_DATE.fullmatch(kept)
    try:
        if match is None or not re.sub("[年月日号]", "", kept).isascii():
            raise ValueError
        year, month, of_month = (int(part) for part in match.groups() if part and part.isdigit())
        return date(year, month, of_month)
    except ValueError:
        raise FaultError(Fault.NOT_A_DATE, text=text) from None


def _in_figures(text: str) -> str:
    """A date written out in Chinese, in figures; any other text as it is."""
    match = _HAN_DATE.fullmatch(text)
    if match is None:
        return text
    month, of_month = (f"{_count(part[:-1])}{part[-1]}" if part else "" for part in match.groups()[1:])
    return f"{match[1].translate(_HAN_DIGITS)}{month}{of_month}"


def _count(word: str) -> str:
    """Up to thirty-nine: 十二 is 12, 廿一 is 21; what is no number stays."""
    tens, ten, ones = word.replace("廿", "二十").replace("卅", "三十").partition("十")
    digits = (tens or "1" if ten else "") + (ones or "0" if ten else tens)
    return digits.translate(_HAN_DIGITS) if len(digits) <= 2 else word


SERIAL_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
FIRST_SURE, LAST_DAY = 61, 2_958_465
"""Excel counts a 29 February 1900 that never was: from its day 61 on, dates are sure; the last is in the year 9999."""


def is_compact_day(text: str) -> bool:
    """Whether eight figures are year, month and day."""
    return _COMPACT_DATE.fullmatch(text) is not None


def serial_day(text: str, date1904: bool) -> date | None:
    """The day that a workbook means by a day number, or None if it can mean none."""
    whole = text.partition(".")[0]
    if not whole.isdecimal() or not FIRST_SURE <= int(whole) <= LAST_DAY - 1462 * date1904:
        return None
    return SERIAL_EPOCHS[date1904] + timedelta(days=int(whole))


def period(text: str) -> str:
    """The key of a quarter: 2025-Q4, 2025Q4, 2025年四季度, 2025年第4季度."""
    match = _PERIOD.fullmatch("".join(narrow(text).split()))
    if match is None:
        raise FaultError(Fault.NOT_A_PERIOD, text=text)
    return f"{match[1]}-Q{'一二三四'.find(match[2]) + 1 or match[2]}"


def moment(text: str) -> datetime:
    """A local time without zone, to the second; a bare day is its midnight."""
    kept = narrow(text)
    match = _TIME.match(kept)
    on = day(match[1] if match else kept)
    hour, minute, second = (int(part or 0) for part in match.groups()[1:]) if match else (0, 0, 0)
    try:
        return datetime.fromisoformat(f"{on.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}")
    except ValueError:
        raise FaultError(Fault.NOT_A_DATE, text=text) from None


def boolean(text: str) -> bool:
    """是 or 否, by the words of the rules."""
    truth = rules().boolean_words.get(normal_form(text))
    if truth is None:
        raise FaultError(Fault.NOT_A_BOOLEAN, text=text)
    return truth


def choice(text: str, words: Mapping[str, str]) -> str:
    """The canonical word for what is written; `words` are by normal form."""
    try:
        return words[normal_form(text)]
    except KeyError:
        raise FaultError(Fault.NOT_A_CHOICE, text=text, choices="、".join(words)) from None


def code(text: str) -> str:
    """A code: no white space within."""
    kept = narrow(text)
    if re.search(r"\s", kept):
        raise FaultError(Fault.NOT_A_CODE, text=text)
    return kept


def account(text: str) -> str:
    """An account number without the blanks it is grouped by; 6.22E+18 has lost its last digits."""
    kept = "".join(narrow(text).split())
    if _SCIENTIFIC.fullmatch(kept):
        raise FaultError(Fault.ACCOUNT_DIGITS, text=text)
    return kept


def parts(text: str) -> tuple[str, ...]:
    """The parts of a `;` list."""
    return tuple(part.strip() for part in _LIST.split(text) if part.strip())
