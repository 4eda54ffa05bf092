"""The crashes of one victim inside of one command: only those are tried between which the end changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from simk8s.checker.crash import Numbered
from simk8s.checker.known import Result


@dataclass(slots=True)
class Stretch:
    """`crashes` in the order of the run. With those that `begins` has the numbers of, something else begins.

    `results` are those that are known so far, by number. `likely` are positions in the run where the end changes for
    other victims.
    """

    crashes: Sequence[Numbered]
    begins: Collection[int]
    results: dict[int, Result] = field(default_factory=dict)
    likely: Collection[int] = ()

    def todo(self) -> list[Numbered]:
        """What to try next, between neighbours that come to different ends: nothing once all such are side by side."""
        return [self.crashes[self._next(low, high)] for low, high in self._gaps(changes=True)]

    def _next(self, low: int, high: int) -> int:
        """First where the end changes for others; then right before a crash with which something else begins, since a
        change often comes with that; what lies between is then halved.
        """
        if self._is_likely(high):
            return high - 1
        likely = next(filter(self._is_likely, range(low + 1, high)), None)
        if likely is not None:
            return likely
        return high - 1 if self.crashes[high][0] in self.begins else (low + high) // 2

    def _is_likely(self, place: int) -> bool:
        return bool(self.likely) and self.crashes[place][1].position in self.likely

    def changes(self) -> Iterator[int]:
        """The positions in the run at which the end was seen to change."""
        for low, high in pairwise(self.crashes):
            before, after = self.results.get(low[0]), self.results.get(high[0])
            if before is not None and after is not None and not _alike(before, after):
                yield high[1].position

    def settled(self) -> Iterator[tuple[int, int]]:
        """What is taken to come to the same end as another, which was tried: the numbers of both."""
        for low, high in self._gaps(changes=False):
            for number, _ in self.crashes[low + 1 : high]:
                yield number, self.crashes[low][0]

    @property
    def width(self) -> int:
        """How many crashes may still have to be tried, at most."""
        return sum(high - low - 1 for low, high in self._gaps(changes=True))

    def _gaps(self, *, changes: bool) -> Iterator[tuple[int, int]]:
        """The places of neighbours among those with a result, where others lie between them."""
        tried = [place for place, (number, _) in enumerate(self.crashes) if number in self.results]
        for low, high in pairwise(tried):
            if high - low > 1 and changes != _alike(*(self.results[self.crashes[end][0]] for end in (low, high))):
                yield low, high


def _alike(one: Result, other: Result) -> bool:
    return (one.outcome, one.silent, one.violations) == (other.outcome, other.silent, other.violations)
