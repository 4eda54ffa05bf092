"""What people hand to `Cluster.apply`, as manifests; and the scripts in them, checked before anything starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, NamedTuple, TypeAlias

import msgspec

from simk8s.api.manifest import Manifest, files_of, load, load_text, read, shown
from simk8s.api.objects import Object, dig
from simk8s.api.script_place import ScriptPlace
from simk8s.errors import SimError

Applicable: TypeAlias = "str | PathLike[str] | Object | Manifest | Sequence[Applicable]"
"""A path, a YAML text (one with a line break in it), an object as a dict, or several of these."""

_SHELLS = frozenset({"bash", "sh", "ash", "dash"})


def manifests(things: Sequence[Applicable], *, stdin: str = "") -> list[Manifest]:
    """All manifests in them, in order. Raises SimError SK1xx with the place."""
    found: list[Manifest] = []
    for thing in things:
        match thing:
            case Manifest():
                found.append(thing)
            case dict():
                found += load_text(msgspec.json.encode(thing).decode(), "object")
            case str() if "\n" in thing:
                found += load_text(thing, "text")
            case str() | PathLike():
                found += load([fspath(thing)], stdin=stdin)
            case _:
                found += manifests(thing, stdin=stdin)
    return found


class Source(NamedTuple):
    """A text with manifests in it, and the name that messages call it by."""

    file: str
    text: str


def sources(things: Sequence[Applicable], *, stdin: str = "") -> list[Source]:
    """The texts that these things are read from. Raises SimError SK1xx."""
    found: list[Source] = []
    for thing in things:
        match thing:
            case Manifest():
                found.append(Source(thing.file, msgspec.json.encode(thing.object).decode()))
            case dict():
                found.append(Source("object", msgspec.json.encode(thing).decode()))
            case str() if "\n" in thing:
                found.append(Source("text", thing))
            case str() | PathLike():
                found += [Source(shown(file), read(file, stdin)) for file in files_of(fspath(thing))]
            case _:
                found += sources(thing, stdin=stdin)
    return found


def manifests_in(found: Sequence[Source]) -> list[Manifest]:
    """The manifests in texts. Raises SimError SK1xx with the place."""
    return [manifest for source in found for manifest in load_text(source.text, source.file)]


UNREADABLE = "look at this line of the script and the one above it"
"""What to do about a syntax error (SK210)."""


def check_scripts(manifest: Manifest) -> None:
    """Refuse what bash would not parse, where it stands. Raises SimError SK210."""
    from simk8s.shell.syntax import DIALECTS, check

    for script in scripts(manifest):
        # What `sh` is depends on the image: a script is refused only if every sh would refuse it.
        dialects = ("sh", "ash", "dash") if script.shell == "sh" else (script.shell,)
        found = [check(script.text, DIALECTS[dialect]) for dialect in dialects]
        for problem in found[0][:1] if all(found) else []:
            place = script.place.at(problem.line, problem.column) if script.place else manifest.start
            message = f'{problem.message} (in container "{script.container}", line {problem.line} of its script)'
            raise SimError("SK210", message, place=place, hint=UNREADABLE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script that a container is started with. `place` is None where the manifest came as plain data."""

    container: str
    shell: str
    text: str
    place: ScriptPlace | None


def scripts(manifest: Manifest) -> Iterator[Script]:
    """Every script that a container of this object is started with: `["bash", "-c", SCRIPT, ...]`."""
    for path, spec in pod_specs(manifest.object):
        for field in ("initContainers", "containers"):
            for index, container in enumerate(spec.get(field) or []):
                yield from _of_container(manifest, container, (*path, field, index))


def _of_container(manifest: Manifest, container: Object, path: tuple[str | int, ...]) -> Iterator[Script]:
    words: list[tuple[str, tuple[str | int, ...]]] = [
        (word, (*path, field, index))
        for field in ("command", "args")
        for index, word in enumerate(container.get(field) or [])
        if isinstance(word, str)
    ]
    if not words:
        return
    program = words[0][0].rpartition("/")[2]
    if program not in _SHELLS:
        return
    for index, (option, _) in enumerate(words[1:-1], 1):
        if option.startswith("-") and option.endswith("c") and not option.startswith("--"):
            script, where = words[index + 1]
            yield Script(container.get("name", ""), program, script, manifest.scripts.get(where))
            return
        if not option.startswith("-") and words[index - 1][0] not in ("-o", "+o"):
            return


def pod_specs(obj: Object) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """The specs of the Pods that an object is, or makes, with their paths in it."""
    paths: dict[str, tuple[str, ...]] = {
        "Pod": ("spec",),
        "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    }
    path = paths.get(obj.get("kind", ""), ("spec", "template", "spec"))
    spec = dig(obj, *path)
    if isinstance(spec, dict):
        yield path, spec
