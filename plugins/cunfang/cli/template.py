"""`cunfang template`: blank forms to fill in, one workbook per feed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cunfang.cli.beside import InputError, names_in
from cunfang.documents.filename import safe_stem
from cunfang.documents.template import NoTemplateError, blank_template, layouts_of
from cunfang.feeds.contract import Contract, Layout, contract, contracts
from cunfang.period import Period
from cunfang.region import load_region


@dataclass(frozen=True)
class Wanted:
    """What is printed in the forms."""

    region: str = ""
    period: Period | None = None
    unit: str = "元"
    register: Path | None = None


def write_one(feed: str, layout: str, wanted: Wanted, to: Path | None, *, replace: bool) -> Path:
    """Write the template of `feed`; InputError if there is none or the file is there already."""
    agreed = contract(feed)
    try:
        chosen = layouts_of(agreed, layout, wanted.period)
    except NoTemplateError as error:
        raise InputError(str(error)) from error
    path = to or Path(f"{safe_stem(agreed.name)}（空白表样）.xlsx")
    _write(path, _made(agreed, chosen, wanted), replace=replace)
    return path


def write_all(folder: Path, wanted: Wanted, *, replace: bool) -> Iterator[Path]:
    """Write every feed's template, and one for each further layout, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for agreed in contracts().values():
        for name, chosen in _choices(agreed, wanted.period):
            path = folder / f"{safe_stem(name)}.xlsx"
            _write(path, _made(agreed, chosen, wanted), replace=replace)
            yield path


def _choices(agreed: Contract, period: Period | None) -> Iterator[tuple[str, tuple[Layout, ...]]]:
    """The feed's own form, then each layout in use that is no part of it."""
    try:
        first = layouts_of(agreed, "", period)
    except NoTemplateError:
        return
    yield agreed.name, first
    for layout in agreed.layouts:
        if layout not in first and "xlsx" in layout.formats and (period is None or layout.holds(period)):
            yield f"{agreed.name}_{layout.name}", (layout,)


def _made(agreed: Contract, chosen: Sequence[Layout], wanted: Wanted) -> bytes:
    region = load_region(wanted.region) if wanted.region else None
    return blank_template(
        agreed,
        chosen,
        county=region.name if region and region.name != region.code else "",
        period=wanted.period,
        unit=wanted.unit,
        institutions=names_in(wanted.register, wanted.period) if wanted.register else (),
    )


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Whole or not at all; a form that somebody may have filled in is not written over unasked."""
    if path.exists() and not replace:
        raise InputError(f"{path} 已存在，没有改动；换个名字，或加 --force")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as draft:
            draft.write(content)
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(path)
    except OSError as error:
        raise InputError(f"{path} 无法写入（{error.strerror or error}）") from error
