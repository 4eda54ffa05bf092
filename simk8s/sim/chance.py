"""Every free choice of a run goes through one `choose(n, label)`; this module holds the ways to answer it.

The list of answers is the replay token of a run: the same inputs and the same answers give the same history.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Protocol

from simk8s.errors import SimError


class Chooser(Protocol):
    """Answers `choose(n, label)` with a number from 0 to n-1."""

    def choose(self, n: int, label: str) -> int: ...


class Seeded:
    """Chance with a seed. Each label has a stream of its own, so a new kind of choice does not disturb the others."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._drawn: dict[str, int] = {}

    def choose(self, n: int, label: str) -> int:
        if n <= 1:
            return 0
        count = self._drawn.get(label, 0)
        self._drawn[label] = count + 1
        digest = blake2b(f"{self.seed}/{label}/{count}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % n


class Replayed:
    """Answers from a list; once it is used up, from another chooser (by default the seeded one)."""

    def __init__(self, answers: Sequence[int], then: Chooser | None = None) -> None:
        self.answers = tuple(answers)
        self.then = then or Seeded(0)
        self._next = 0

    def choose(self, n: int, label: str) -> int:
        if n <= 1:
            return 0
        if self._next >= len(self.answers):
            return self.then.choose(n, label)
        answer = self.answers[self._next]
        self._next += 1
        return min(answer, n - 1)  # a shrunk or branched list may meet a smaller question than it was made for


class Exploring:
    """Lets an explorer answer: `decide(n, label)` is called for every choice."""

    def __init__(self, decide: Callable[[int, str], int]) -> None:
        self.decide = decide

    def choose(self, n: int, label: str) -> int:
        return self.decide(n, label) if n > 1 else 0


class Recorded:
    """Passes choices on and remembers the answers, so that any run can be replayed."""

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self.answers: list[int] = []

    def choose(self, n: int, label: str) -> int:
        answer = self.chooser.choose(n, label)
        if not 0 <= answer < max(n, 1):
            raise ValueError(f"choose({n}, {label!r}) was answered with {answer}")
        if n > 1:
            self.answers.append(answer)
        return answer


def token_of(seed: int, answers: Sequence[int] = ()) -> str:
    """A text that a person can paste: the seed, and the answers that were not left to it."""
    if not answers:
        return f"v1.{seed}"
    packed = zlib.compress(",".join(map(str, answers)).encode(), 9)
    return f"v1.{seed}." + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def chooser_from_token(token: str) -> Chooser:
    """The chooser that a replay token stands for. Raises SimError SK501 where the text is not a token."""
    version, _, rest = token.partition(".")
    seed_text, _, packed = rest.partition(".")
    try:
        if version != "v1":
            raise ValueError(version)
        seed = int(seed_text)
        if not packed:
            return Seeded(seed)
        text = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode()
        return Replayed([int(number) for number in text.split(",")], Seeded(seed))
    except (ValueError, zlib.error) as error:
        raise SimError(
            "SK501",
            f"{token!r} is not a replay token",
            hint="copy the whole text after 'replay:' at the end of a run; it begins with 'v1.'",
        ) from error
