"""One line of a timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone = Literal["plain", "good", "bad", "quiet"]

Telling: TypeAlias = Iterator[tuple[Tone, str]]
"""What one record has to tell: mostly nothing, sometimes more than one thing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when (virtual seconds), who did it, and what it was."""

    time: float
    actor: str
    text: str
    tone: Tone = "plain"

    def __str__(self) -> str:
        mark = {"good": "+", "bad": "!"}.get(self.tone, " ")  # never by colour alone
        return f"{self.time:>9.2f}s {mark} {self.actor:<27} {self.text}"


def one_line(text: str) -> str:
    return " ".join(text.split())
