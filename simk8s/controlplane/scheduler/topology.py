"""Parts of a topology (a host, a zone) and how many of the Pods in each a term selects (SCHED-6, SCHED-8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from simk8s.api.objects import Object
from simk8s.api.selector import NOTHING, LabelSelector, Requirement, from_object


@dataclass(frozen=True, slots=True)
class Term:
    """Which Pods count: of these namespaces, with such labels; the living only where a spread is counted."""

    key: str
    """The label of nodes whose values are the parts."""
    namespaces: tuple[str, ...]
    selector: LabelSelector
    living_only: bool = False
    elsewhere: LabelSelector = NOTHING
    """Further namespaces, by their labels."""

    def selects(self, pod: Selectable) -> bool:
        return (
            (pod.key.namespace in self.namespaces or self.elsewhere.matches(pod.namespace_labels))
            and self.selector.matches(pod.labels)
            and not (self.living_only and pod.is_terminating)
        )


class _Key(Protocol):
    @property
    def namespace(self) -> str: ...


class Selectable(Protocol):
    """What a term looks at."""

    @property
    def key(self) -> _Key: ...
    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def namespace_labels(self) -> Mapping[str, str]: ...
    @property
    def is_terminating(self) -> bool: ...


def affinity_term(term: Object, own_namespace: str, own_labels: Mapping[str, str]) -> Term:
    """SCHED-6. The keys of `matchLabelKeys` and `mismatchLabelKeys` become requirements with the Pod's own values."""
    namespaces, elsewhere = tuple(term.get("namespaces") or ()), term.get("namespaceSelector")
    if not namespaces and elsewhere is None:
        namespaces = (own_namespace,)
    selector = from_object(term.get("labelSelector"))
    further = tuple(
        Requirement(key, operator, (own_labels[key],))
        for field, operator in (("matchLabelKeys", "in"), ("mismatchLabelKeys", "notin"))
        for key in term.get(field) or ()
        if key in own_labels
    )
    if further:
        selector = LabelSelector((*selector.requirements, *further), selector.nothing)
    return Term(term["topologyKey"], namespaces, selector, elsewhere=from_object(elsewhere))


def spread_term(constraint: Object, own_namespace: str) -> Term:
    selector = from_object(constraint.get("labelSelector"))
    return Term(constraint["topologyKey"], (own_namespace,), selector, living_only=True)


class Counts:
    """For each term that was ever asked about, the selected Pods by part; kept up as Pods come and go.

    A cluster has few different terms, since all Pods of a set share theirs: asking costs nothing, however many Pods.
    """

    def __init__(self) -> None:
        self._by_term: dict[Term, Counter[str]] = {}

    def of(self, term: Term, everybody: Iterator[tuple[Selectable, Mapping[str, str]]]) -> Counter[str]:
        """`everybody`: all Pods and the labels of their nodes, read the first time only."""
        counts = self._by_term.get(term)
        if counts is None:
            counts = self._by_term[term] = Counter(
                labels[term.key] for pod, labels in everybody if term.key in labels and term.selects(pod)
            )
        return counts

    def change(self, pod: Selectable, labels: Mapping[str, str], step: int) -> None:
        """The Pod came to (1) or left (-1) a node with these labels."""
        for term, counts in self._by_term.items():
            if term.key in labels and term.selects(pod):
                counts[labels[term.key]] += step

    def forget(self) -> None:
        """The topology has changed."""
        self._by_term.clear()
