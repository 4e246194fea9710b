"""What is assumed in a what-if, as a person writes it on the command line."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cunfang.money import yuan
from cunfang.rulebook import Rulebook, RulebookError, read_rulebook
from cunfang.rulebook.inherit import FOLDER
from cunfang.simulation.altered import Setting
from cunfang.simulation.whatif import OneOff

_AMOUNT = re.compile(r"(?P<sign>[+\-−]?)(?P<digits>\d[\d,，]*(?:\.\d+)?)\s*(?P<unit>元|万元|亿元|[%％])?")


class TermError(ValueError):
    """Something is not written as it must be; the message shows how."""


def amount(written: str) -> Decimal:
    """`120000万元`, `-3.6亿元`, `1,000,000` (yuan), `2.5%` (0.025); TermError otherwise."""
    found = _AMOUNT.fullmatch(written.strip())
    if found is None:
        raise TermError(f"“{written}”不是金额或数；如 1000000、120000万元、-3.6亿元、2.5%")
    value = Decimal(re.sub("[,，]", "", found["digits"]))
    value = -value if found["sign"] in ("-", "−") else value
    unit = found["unit"] or "元"
    return value / 100 if unit in ("%", "％") else yuan(value, unit)


def setting(written: str) -> Setting:
    """`indicators.tax.weight=25`; a weight may carry a per cent sign, an amount its unit; `null` takes the part out."""
    path, equals, value = written.partition("=")
    if not (equals and path.strip() and value.strip()):
        raise TermError(f"“{written}”应写作 参数路径=值，如 indicators.tax.weight=25")
    return Setting(path.strip(), _value(path.strip(), value.strip()))


def _value(path: str, written: str) -> Any:
    if path.endswith(".weight"):
        written = written.removesuffix("%").removesuffix("％")
    if (found := _AMOUNT.fullmatch(written)) and found["unit"]:
        return format(amount(written), "f")
    if re.fullmatch(r"-?\d+\.\d+", written):
        return written
    try:
        return YAML(typ="safe").load(written)
    except YAMLError as error:
        raise TermError(f"“{path}”的值 {written} 写得不对") from error


def method(written: str) -> Setting:
    """`indicators.loans=share_of_best`, or the code of the indicator alone."""
    path, equals, value = written.partition("=")
    if not (equals and path.strip() and value.strip()):
        raise TermError(f"“{written}”应写作 indicators.指标=方法，如 indicators.loans=share_of_best")
    named = path.strip().removesuffix(".method")
    return Setting(f"{named if '.' in named else f'indicators.{named}'}.method", value.strip())


def one_off(written: str) -> OneOff:
    """`ABC:loans=-3.6亿元`: the effect that is taken off the bank's figure."""
    found = re.fullmatch(r"([^:：=]+)[:：]([^=]+)=(.+)", written)
    if found is None:
        raise TermError(f"“{written}”应写作 机构:计量=影响额，如 ABC:loans=-3.6亿元（剔除即加回 3.6 亿元）")
    bank, measure, effect = (part.strip() for part in found.groups())
    return OneOff(bank, measure, amount(effect))


def rulebook_named(code: str | None, file: Path | None) -> Rulebook | None:
    """The rule book that is tried: by code, or from a file that lies elsewhere (its parents are those on hand)."""
    if code and file:
        raise TermError("--rulebook 与 --file 只写一个")
    if file is None:
        return read_rulebook(code) if code else None
    return _from_file(file)


def _from_file(file: Path) -> Rulebook:
    found = re.search(r"^code:\s*['\"]?([\w-]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise TermError(f"{file} 没有写明 code")
    with tempfile.TemporaryDirectory(prefix="cunfang-rulebooks-") as name:
        folder = Path(name)
        for path in FOLDER.glob("*/rulebook.yaml"):
            shutil.copy(path, _made(folder / path.parent.name))
        laid = _made(folder / found[1]) / "rulebook.yaml"
        laid.write_bytes(file.read_bytes())
        try:
            return read_rulebook(found[1], folder)
        except RulebookError as error:
            raise TermError(str(error).replace(str(laid), str(file))) from error


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def all_settings(settings: Sequence[str], methods: Sequence[str]) -> tuple[Setting, ...]:
    """Methods first: what a method needs is set after it."""
    return (*map(method, methods), *map(setting, settings))
