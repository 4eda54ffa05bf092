"""Scenario files to data: read, checked against the schema, every error with its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from simk8s.api import manifest
from simk8s.api.composition import Document, documents
from simk8s.errors import Place, SimError
from simk8s.scenario.document import VERBS, Scenario, Step, in_language

API_VERSION = "simk8s/v1"


def load(path: str | Path) -> Scenario:
    """The scenario in a file. Raises SimError SK1xx (not readable, not YAML) or SK50x (not a scenario)."""
    return parse(read(str(path)), str(path))


def parse(text: str, file: str) -> Scenario:
    """The scenario in a text. `file` is where it comes from: relative paths start from its folder."""
    found = list(documents(text, file))
    if len(found) != 1:
        raise SimError(
            "SK504", f"a scenario file holds one document, this one has {len(found)}", place=Place(file, 1, 1)
        )
    document = found[0]
    check(document)
    return _scenario(document, file)


def of_manifests(paths: Sequence[str], *, stdin: str = "", cluster: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario that bare manifests stand for: apply them, run until settled."""
    place = Place(paths[0])
    return Scenario(
        name="manifests",
        file=paths[0],
        cluster=cluster or {},
        manifests=tuple(paths),
        manifest_places=tuple(Place(path) for path in paths),
        steps=(Step("run", "settled", place),),
        stdin=stdin,
    )


def is_scenario(path: str) -> bool:
    """Whether the first document of a file says that it is a scenario. False for anything that cannot be read."""
    try:
        return is_scenario_text(read(path))
    except SimError:
        return False


def is_scenario_text(text: str) -> bool:
    """Whether the first document of a text says that it is a scenario."""
    try:
        first = next(documents(text, "text"), None)
    except SimError:
        return False
    return (
        first is not None
        and isinstance(first.data, dict)
        and (first.data.get("kind") == "Scenario" and str(first.data.get("apiVersion", "")).startswith("simk8s/"))
    )


def built_in() -> list[Path]:
    """The scenario files that come with simk8s, by name."""
    return sorted(path for path in folder().glob("*.yaml") if is_scenario(str(path))) if folder().is_dir() else []


def find(name: str) -> str:
    """The file of a scenario that is given by its path or, if it comes with simk8s, by its name."""
    if Path(name).exists():
        return name
    inside = folder() / f"{name}.yaml"
    if "/" not in name and inside.is_file():
        return str(inside)
    if "/" in name or Path(name).suffix:
        manifest.files_of(name)  # raises, and knows which file may have been meant
    names = [path.stem for path in built_in()]
    raise SimError(
        "SK101",
        f"there is no scenario {name!r}",
        hint="give a file" + (f", or one of those that come with simk8s: {', '.join(names)}" if names else ""),
    )


def folder() -> Path:
    """Where our own scenarios are: in the installed package, or beside it in a checkout."""
    package = Path(str(files("simk8s")))
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    text = (files("simk8s.scenario") / "schema.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def check(document: Document) -> None:
    """Compare a document with the schema. Raises SimError SK502 at the place of the first thing that is wrong."""
    from jsonschema import Draft202012Validator

    errors = list(Draft202012Validator(schema()).iter_errors(document.data))
    if errors:
        raise _told(min(errors, key=lambda error: _position(document, tuple(error.absolute_path))), document)


def _position(document: Document, path: tuple[str | int, ...]) -> tuple[int, int]:
    place = document.values.get(path, document.place)
    return place.line, place.column


def _told(error: Any, document: Document) -> SimError:
    """A schema error in a sentence, at the key or value that it is about."""
    error = _deepest(error)
    path = tuple(error.absolute_path)
    place = document.values.get(path, document.place)
    where = _named(path)
    match error.validator:
        case "additionalProperties":
            known = sorted(error.schema.get("properties", ()))
            extra = next(key for key in error.instance if key not in known)
            return SimError(
                "SK502",
                f"unknown field {extra!r} in {where}",
                place=document.keys.get((*path, extra), place),
                hint=_suggestion(extra, known),
            )
        case "required":
            missing = next(field for field in error.validator_value if field not in error.instance)
            return SimError("SK502", f"{where} needs a field {missing!r}", place=place, hint=f"add `{missing}:`")
        case "oneOf":
            fields = [option["required"][0] for option in error.validator_value]
            given = [field for field in fields if field in error.instance]
            found = f"has {' and '.join(given)}" if given else "has none of them"
            hint = "write the second one as a step of its own" if given else f"as in `- {fields[0]}: ...`"
            return SimError(
                "SK502", f"{where} needs exactly one of {', '.join(fields)}; it {found}", place=place, hint=hint
            )
        case "const":
            return SimError("SK502", f"{where} must be {error.validator_value!r}, not {error.instance!r}", place=place)
        case "type" | "anyOf":
            return SimError(
                "SK502", f"{where} is {_kind(error.instance)}, which it cannot be", place=place, hint=_hint(error)
            )
        case _:
            return SimError("SK502", f"{where}: {error.message}", place=place, hint=_hint(error))


def _deepest(error: Any) -> Any:
    """Of the alternatives of an `anyOf` the one that was meant: that of the right type."""
    while error.validator == "anyOf":
        inner = [context for context in error.context if context.validator != "type" or context.relative_path]
        if not inner:
            return error
        error = inner[0]
    return error


def _named(path: Iterable[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the scenario"


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "empty")


def _hint(error: Any) -> str:
    return str(error.schema.get("description", ""))


def _suggestion(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"


def _scenario(document: Document, file: str) -> Scenario:
    data = document.data
    meta = data["metadata"]
    manifests = data.get("manifests", [])
    steps = [_step(document, index) for index in range(len(data.get("steps", ())))]
    return Scenario(
        name=meta["name"],
        file=file,
        folder=str(Path(file).parent),
        title=in_language(meta.get("title", "")),
        narration=in_language(meta.get("narration", "")),
        cluster=data.get("cluster", {}),
        cluster_places=_places(document, ("cluster",)),
        manifests=tuple(manifests),
        manifest_places=tuple(document.values["manifests", index] for index in range(len(manifests))),
        steps=tuple(steps) or (Step("run", "settled", document.place),),
        expect=data.get("expect", {}),
        expect_places=_places(document, ("expect",)),
    )


def _step(document: Document, index: int) -> Step:
    data = document.data["steps"][index]
    path = ("steps", index)
    verb = next(verb for verb in VERBS if verb in data)
    argument = in_language(data[verb]) if verb == "say" else data[verb]
    for field, verbs in (("stdin", ("kubectl", "exec")), ("expect", tuple(v for v in VERBS if v != "say"))):
        if field in data and verb not in verbs:
            raise SimError("SK502", f"a step {verb!r} has no {field!r}", place=document.keys[*path, field])
    _check_expectations(document, path, verb)
    return Step(
        verb=verb,
        argument=argument,
        place=document.values[*path, verb],
        title=in_language(data.get("title", "")),
        stdin=data.get("stdin", ""),
        expect=data.get("expect", {}),
        expect_places=_places(document, (*path, "expect")),
    )


def _check_expectations(document: Document, path: tuple[str | int, ...], verb: str) -> None:
    allowed = {
        "kubectl": ("status", "stdout", "stderr"),
        "exec": ("status", "stdout", "stderr"),
        "run": ("settled",),
    }.get(verb, ())
    for field in document.data["steps"][path[1]].get("expect", ()):
        if field not in (*allowed, "pods", "files", "conditions"):
            raise SimError(
                "SK502",
                f"a step {verb!r} has no {field!r} that could be expected",
                place=document.keys[*path, "expect", field],
            )


def _places(document: Document, prefix: tuple[str | int, ...]) -> dict[str, Place]:
    """The places of what stands below `prefix`, by its path there: `pods/0/ready`."""
    size = len(prefix)
    return {"/".join(map(str, path[size:])): place for path, place in document.values.items() if path[:size] == prefix}


def read(path: str) -> str:
    """The text of a file. Raises SimError SK101 and SK104."""
    return manifest.read(path)
