"""What a person reads of a critical path: one link for each thing that had to be waited for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """Something that had to be there too, and was: it was done `slack` seconds before it was asked for."""

    slack: float
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One wait: who did what, where it is written, and how long it took (virtual seconds).

    `start` and `end` are moments; the links of a chain follow each other without gaps. `seqs` are the first and the
    last history record. `parts` tells longer waits in more detail, `needs` what else had to be there.
    """

    actor: str
    text: str
    start: float
    end: float
    seqs: tuple[int, int]
    place: str = ""
    parts: tuple[tuple[str, float], ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def seconds(self) -> float:
        return self.end - self.start
