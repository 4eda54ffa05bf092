"""What a run can wait for: a moment, or a condition of one object such as `pod/mysql-0 Ready`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simk8s.api.objects import Object, condition, dig, is_terminating, is_true
from simk8s.api.resources import NoMatch, Registry, Resource
from simk8s.errors import Place, SimError

EXAMPLE = "pod/mysql-0 Ready"


@dataclass(frozen=True, slots=True)
class Condition:
    """One object and what is to be true of it.

    `word` is `exists`, `deleted`, a phase (`Running`, `Bound`), or a condition (`Ready`), with `not ` before it for
    the opposite.
    """

    resource: Resource
    name: str
    word: str
    namespace: str = "default"
    negated: bool = False

    def holds(self, found: Object | None) -> bool:
        """Whether it is true of this object (None: there is no such object)."""
        if self.word in ("deleted", "gone"):
            return (found is None) != self.negated
        if self.word == "exists":
            return (found is not None) != self.negated
        return found is not None and _is(found, self.word) != self.negated

    def __str__(self) -> str:
        return f"{self.resource.singular}/{self.name} {'not ' if self.negated else ''}{self.word}"


def parse(text: str, registry: Registry, *, namespace: str = "default", place: Place | None = None) -> Condition:
    """The condition that a person wrote. Raises SimError SK503."""
    words = text.split()
    negated = len(words) == 3 and words[1] == "not"
    kind, _, name = words[0].partition("/") if words else ("", "", "")
    if len(words) != 2 + negated or not name:
        raise SimError(
            "SK503",
            f"{text!r} is not something to wait for",
            place=place,
            hint=f"give `settled`, a time such as `30s`, or an object and a condition such as `{EXAMPLE}`",
        )
    try:
        resource = registry.typed(kind)
    except NoMatch as error:
        raise SimError("SK503", f"{text!r}: {error}", place=place, hint=f"as in `{EXAMPLE}`") from error
    return Condition(resource, name, words[-1], namespace, negated)


def check_word(wanted: Condition, objects: Iterable[Object]) -> None:
    """Refuse a word that no object of the kind has, and that looks like one that they have: a typing error.

    Raises SimError SK503.
    """
    from difflib import get_close_matches

    known = {"exists": "exists", "deleted": "deleted", "terminating": "terminating"}
    for found in objects:
        if found["kind"] == wanted.resource.kind:
            words = [entry["type"] for entry in dig(found, "status", "conditions", default=[])]
            known |= {word.lower(): word for word in (*words, dig(found, "status", "phase", default="")) if word}
    word = wanted.word.lower()
    near = get_close_matches(word, known, 1, 0.75)
    if near and word not in known and word not in ("gone", "ready"):
        kind = wanted.resource.kind
        raise SimError("SK503", f"no {kind} has a condition {wanted.word!r}", hint=f"did you mean {known[near[0]]!r}?")


def _is(found: Object, word: str) -> bool:
    wanted = word.lower()
    if wanted == "terminating":
        return is_terminating(found)
    if wanted == "ready" and found["kind"] in ("StatefulSet", "Deployment", "ReplicaSet"):
        status = found.get("status") or {}
        seen = status.get("observedGeneration", 0) >= dig(found, "metadata", "generation", default=0)
        return bool(seen and status.get("readyReplicas", 0) == dig(found, "spec", "replicas", default=1))
    if dig(found, "status", "phase", default="").lower() == wanted:
        return True
    kinds = [entry["type"] for entry in dig(found, "status", "conditions", default=[])]
    kind = next((kind for kind in kinds if kind.lower() == wanted), None)
    return kind is not None and condition(found, kind) is not None and is_true(found, kind)
