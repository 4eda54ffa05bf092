"""One risk in a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`code` has a page of its own; line and column count from 1 in the script; `hint` says what to write instead.

    `{line}` in the message stands for `other`, a second line of the script.
    """

    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    other: int = 0

    def told(self, line_of: Callable[[int], int] = int) -> str:
        """The message, with the number that the other line has where the reader looks."""
        return self.message.replace("{line}", str(line_of(self.other)))
