"""File names that came from outside, made safe to write and to attach."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from cunfang.documents.words import one_line

LONGEST = 60
"""Characters of a stem: even in Chinese within the 255 bytes of a file system."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_stem(name: str) -> str:
    """The stem of `name` without path, control and direction characters; never empty, hidden or a device's name."""
    bare = one_line(PureWindowsPath(name.replace("\x00", "")).name)
    stem = bare.rpartition(".")[0] or bare
    kept = _FORBIDDEN.sub("_", stem).strip(" .~$-=+@")[:LONGEST].strip(" .")
    return f"_{kept}" if not kept or _RESERVED.fullmatch(kept) else kept
