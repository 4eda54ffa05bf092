"""`kubectl taint`: keep Pods off nodes, or drive them away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, name
from simk8s.api.patch import Patch
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_SEE = "See 'kubectl taint -h' for help and examples"


@dataclass(frozen=True, slots=True)
class Taint:
    """One taint, or what to remove: then `effect` "" means all effects of the key."""

    key: str
    value: str = ""
    effect: str = ""

    @property
    def shown(self) -> str:
        return f"{self.key}:{self.effect}" if self.effect else self.key

    @property
    def object(self) -> Object:
        value = {"value": self.value} if self.value else {}
        return {"effect": self.effect, "key": self.key, **value}


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    words = [word for word in arguments.words if not _is_change(word)]
    if not words:
        raise Failure("one or more resources must be specified as <resource> <name>")
    added, removed = _changes([word for word in arguments.words if _is_change(word)])
    if "/" in words[0]:
        raise Failure(f'the server doesn\'t have a resource type "{words[0]}"', bare=True)
    if words[0] not in ("node", "nodes", "no"):
        raise Failure(f"invalid resource type {words[0]}, only node types are supported")
    if arguments["all"] and arguments["selector"]:
        raise Failure("setting 'all' parameter with a non empty selector is prohibited")
    nodes, errors = yield from chosen(context, words)
    for node in nodes:
        try:
            yield from _taint(context, node, added, removed)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _is_change(word: str) -> bool:
    return "=" in word or ":" in word or word.endswith("-")


def _changes(words: Sequence[str]) -> tuple[list[Taint], list[Taint]]:
    """The taints to add and to remove. Raises Failure."""
    if not words:
        raise Failure("at least one taint update is required")
    added: list[Taint] = []
    removed: list[Taint] = []
    for word in words:
        if word.endswith("-"):
            key, _, effect = word[:-1].partition(":")
            removed.append(Taint(key.partition("=")[0], "", _checked(effect) if effect else ""))
            continue
        taint = _parsed(word)
        if any((other.key, other.effect) == (taint.key, taint.effect) for other in added):
            shown = f"{{{taint.key} {taint.value} {taint.effect} <nil>}}"
            raise Failure(f"duplicated taints with the same key and effect: {shown}\n{_SEE}")
        added.append(taint)
    both = [
        f"{taint.key}={taint.effect}"
        for taint in removed
        if any(other.key == taint.key and taint.effect in ("", other.effect) for other in added)
    ]
    if both:
        raise Failure(f"can not both modify and remove the following taint(s) in the same command: {', '.join(both)}")
    return added, removed


def _parsed(word: str) -> Taint:
    head, colon, effect = word.rpartition(":")
    if not colon:
        if not _NAME.fullmatch(word):
            raise Failure(f"invalid taint spec: {word}, {_WHAT_A_NAME_IS}\n{_SEE}")
        head, effect = word, ""
    key, _, value = head.partition("=")
    if not key:
        raise Failure(f"invalid taint spec: {word}, name part must be non-empty; {_WHAT_A_NAME_IS}\n{_SEE}")
    return Taint(key, value, _checked(effect))


def _checked(effect: str) -> str:
    if effect not in _EFFECTS:
        raise Failure(f"invalid taint effect: {effect}, unsupported taint effect\n{_SEE}")
    return effect


def _taint(context: Context, node: Chosen, added: list[Taint], removed: list[Taint]) -> Run[None]:
    old: list[Object] = dig(node.object, "spec", "taints", default=[])
    same = [taint for taint in added if any(_is(entry, taint) for entry in old)]
    if same and not context.arguments["overwrite"]:
        where = name(node.object)
        raise Failure(f"node {where} already has a taint(s) with same effect(s) and --overwrite is false")
    missing = [taint for taint in removed if not any(_goes(entry, taint) for entry in old)]
    if missing:
        complain([Failure(f'taint "{taint.shown}" not found') for taint in missing])
    kept = [
        entry for entry in old if not any(_is(entry, t) for t in added) and not any(_goes(entry, t) for t in removed)
    ]
    new = [taint.object for taint in added] + kept
    done = "untainted" if removed and not added else "modified" if same else "tainted"
    obj = yield from context.patch(node.resource, node.object, Patch("strategic", {"spec": {"taints": new or None}}))
    if context.arguments["output"]:
        report(context, node.resource, obj, done)
    else:
        context.out(f"{node.shown} {done}\n")  # no word of the dry run, as the real one


def _is(entry: Object, taint: Taint) -> bool:
    return (entry.get("key"), entry.get("effect")) == (taint.key, taint.effect)


def _goes(entry: Object, taint: Taint) -> bool:
    return entry.get("key") == taint.key and taint.effect in ("", entry.get("effect"))


_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_./]*)?[A-Za-z0-9]")
_WHAT_A_NAME_IS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)

COMMAND = Command(
    "taint",
    "Set or remove taints of nodes.",
    "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    (
        SELECTOR,
        choice.ALL,
        dry_run.FLAG,
        OUTPUT,
        Flag("overwrite", "bool", False, "give another value to a taint that is there"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (
        ("Drive all Pods away", "kubectl taint nodes node-2 maintenance=true:NoExecute"),
        (
            "Say that a node is off for good",
            "kubectl taint nodes node-2 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
        ),
        ("Take it back", "kubectl taint nodes node-2 maintenance-"),
    ),
    not_modelled="allow-missing-template-keys field-manager show-managed-fields template",
)
