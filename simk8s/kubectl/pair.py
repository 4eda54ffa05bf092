"""`key=value` and `key-` among the arguments of `label`, `annotate` and `taint`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simk8s.kubectl.failure import Failure


@dataclass(slots=True)
class Pairs:
    """What to set, and which keys to take away."""

    set: dict[str, str] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.set or self.remove)


def divided(words: Sequence[str], what: str) -> tuple[list[str], list[str]]:
    """Resources, and what is to change about them; `what` is `label`, `annotation`, ... in messages."""
    resources: list[str] = []
    changes: list[str] = []
    for word in words:
        if ("=" in word and not word.startswith("=")) or (word.endswith("-") and word != "-"):
            changes.append(word)
        elif changes:
            raise Failure(f"all resources must be specified before {what} changes: {word}")
        else:
            resources.append(word)
    return resources, changes


def pairs_of(words: Sequence[str], what: str, check: Callable[[str, str], None] | None = None) -> Pairs:
    """Raises Failure; `check` is asked about every pair."""
    pairs = Pairs()
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            if not key:
                raise Failure(f"invalid {what} spec: {word}")
            if check is not None:
                check(key, value)
            pairs.set[key] = value
        else:
            pairs.remove.append(word[:-1])
    if any(key in pairs.set for key in pairs.remove):
        raise Failure(f"can not both modify and remove {_article(what)} {what} in the same command")
    return pairs


def _article(what: str) -> str:
    return "an" if what[0] in "aeiou" else "a"
