"""The fold: one record after the other changes the world. Frozen worlds share what has not changed between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from simk8s.api.change import patched
from simk8s.sim import Record
from simk8s.world.state import FileSystem, Inode, World

Rule: TypeAlias = "Callable[[Fold, Record], None]"

RULES: dict[str, Rule] = {}
"""What each verb does to the world. Verbs without a rule change nothing that a world shows."""

PARTS = (
    "objects",
    "nodes",
    "pods",
    "containers",
    "processes",
    "filesystems",
    "servers",
    "listeners",
    "connections",
)


def rule(*verbs: str) -> Callable[[Rule], Rule]:
    """Let a function be what these verbs do."""

    def register(function: Rule) -> Rule:
        for verb in verbs:
            RULES[verb] = function
        return function

    return register


@dataclass(slots=True)
class Tree:
    """A file system that is being changed."""

    name: str
    kind: str
    image: str
    files: dict[str, Inode]
    removed: set[str]


class Fold:
    """A world that is being changed. `freeze` gives it as it is; what is changed after that is copied first."""

    def __init__(self, world: World | None = None) -> None:
        world = world or World()
        self.time = world.time
        self.seq = world.seq
        self._parts: dict[str, Mapping[Any, Any]] = {part: getattr(world, part) for part in PARTS}
        self._own: dict[str, dict[Any, Any]] = {}
        self._trees: dict[str, Tree] = {}

    def apply(self, record: Record) -> None:
        """Let what the record tells become true."""
        act = RULES.get(record.verb)
        if act is not None:
            act(self, record)
        self.time = record.time
        self.seq = record.seq

    def freeze(self) -> World:
        """The world as it is now."""
        for name, tree in self._trees.items():
            self.own("filesystems")[name] = FileSystem(name, tree.kind, tree.image, tree.files, frozenset(tree.removed))
        self._trees = {}
        self._parts |= self._own
        self._own = {}
        return World(self.time, self.seq, **self._parts)

    def see(self, part: str) -> Mapping[Any, Any]:
        """A part of the world, to look at."""
        mine = self._own.get(part)
        return self._parts[part] if mine is None else mine

    def own(self, part: str) -> dict[Any, Any]:
        """A part of the world, to change."""
        mine = self._own.get(part)
        if mine is None:
            mine = self._own[part] = dict(self._parts[part])
        return mine

    def change(self, part: str, key: Any, **fields: Any) -> None:
        """Give fields of one entry new values; nothing happens where there is no such entry."""
        entry = self.see(part).get(key)
        if entry is not None:
            self.own(part)[key] = replace(entry, **fields)

    def tree(self, name: str) -> Tree:
        """A file system, to change; made where history has not spoken of it (a node's own disk)."""
        tree = self._trees.get(name)
        if tree is None:
            known = self.see("filesystems").get(name) or FileSystem(name, "host")
            tree = Tree(name, known.kind, known.image, dict(known.files), set(known.removed))
            self._trees[name] = tree
        return tree

    def new_tree(self, name: str, kind: str, *, image: str = "", root: Inode | None = None) -> Tree:
        """A file system that begins empty, or with its image."""
        self._trees[name] = Tree(name, kind, image, {"/": root} if root else {}, set())
        return self._trees[name]

    def drop_tree(self, name: str) -> None:
        """The file system is gone."""
        self._trees.pop(name, None)
        self.own("filesystems").pop(name, None)


@rule("create")
def _create(fold: Fold, record: Record) -> None:
    if "resourceVersion" in record.detail:
        fold.own("objects")[record.object] = record.detail["object"]


@rule("update")
def _update(fold: Fold, record: Record) -> None:
    if "resourceVersion" in record.detail:
        objects = fold.own("objects")
        objects[record.object] = patched(objects[record.object], record.detail["patch"])


@rule("delete")
def _delete(fold: Fold, record: Record) -> None:
    if "resourceVersion" in record.detail:
        fold.own("objects").pop(record.object, None)
