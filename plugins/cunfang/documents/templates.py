"""Jinja2 over include/templates: HTML is escaped, and no value can bring a line of its own into a text."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from cunfang.documents.words import one_line
from cunfang.settings import INCLUDE


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return one_line(value)
    return value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(INCLUDE / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )


def render(name: str, **values: object) -> str:
    """The template `include/templates/<name>` filled in; a value it needs and does not get is an error."""
    return _environment().get_template(name).render(**values)
