"""The command `cunfang`: the library's own calls for people and for tests, without a scheduler."""

from cunfang.cli.main import main

__all__ = ["main"]
