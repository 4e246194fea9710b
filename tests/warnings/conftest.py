"""Tests of warnings find what they share."""

from __future__ import annotations

import sys
from pathlib import Path

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))
