"""Who listens to a kind. A kubelet is found by its node, so that a write costs nothing on all the other nodes."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.objects import Object
from simk8s.api.selector import FieldSelector
from simk8s.api.watch import Watch

_Numbered = dict[int, Watch]


class Listeners:
    """The watches of one kind, in the order in which they began."""

    def __init__(self) -> None:
        self._everybody: _Numbered = {}
        self._of_node: dict[str, _Numbered] = {}
        self._numbers: dict[Watch, tuple[int, str | None]] = {}
        self._next = 0

    def add(self, watch: Watch, fields: FieldSelector | None) -> None:
        node = node_named(fields)
        self._numbers[watch] = self._next, node
        self._room(node)[self._next] = watch
        self._next += 1

    def remove(self, watch: Watch) -> None:
        number, node = self._numbers.pop(watch)
        del self._room(node)[number]

    def concerned(self, old: Object | None, new: Object) -> Iterator[Watch]:
        """Those who may have to hear of a write."""
        rooms = [self._everybody]
        if self._of_node:
            nodes = dict.fromkeys(object["spec"].get("nodeName", "") for object in (old, new) if object is not None)
            rooms += [self._of_node[node] for node in nodes if node in self._of_node]
        if len(rooms) == 1:
            return iter(list(self._everybody.values()))
        found = {number: watch for room in rooms for number, watch in room.items()}
        return (found[number] for number in sorted(found))

    def _room(self, node: str | None) -> _Numbered:
        return self._everybody if node is None else self._of_node.setdefault(node, {})


def node_named(fields: FieldSelector | None) -> str | None:
    """The node where the fields ask for one node's Pods and for nothing else."""
    if fields is not None and len(fields.terms) == 1:
        path, value, equal = fields.terms[0]
        if path == "spec.nodeName" and equal:
            return value
    return None
