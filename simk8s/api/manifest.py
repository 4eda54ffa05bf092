"""Manifests: files, folders or standard input to objects, each value with its place in what a person wrote."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path as FilePath
from typing import Any

import msgspec

from simk8s.api.composition import BrokenYaml, Document, Path, documents
from simk8s.api.errors import ApiError, Cause
from simk8s.api.objects import Object
from simk8s.api.resources import NoMatch
from simk8s.api.script_place import ScriptPlace
from simk8s.errors import Place, SimError

EXTENSIONS = (".json", ".yaml", ".yml")
STDIN = "-"
LARGEST = 64 << 20
"""Bytes of a file; what is larger is no manifest and no script."""


class ManifestError(SimError):
    """A manifest that cannot be read as objects. `kubectl` is what kubectl says about it, without `error: `."""

    def __init__(self, code: str, message: str, *, place: Place, hint: str = "", kubectl: str = "") -> None:
        super().__init__(code, message, place=place, hint=hint)
        self.kubectl = kubectl or message


_NAMESPACE_HINT = "create it first: `kind: Namespace`, in a manifest that comes before this one"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file. `file` is as the person named it; paths count from the object's own root."""

    object: Object
    file: str
    start: Place
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]
    scripts: Mapping[Path, ScriptPlace]

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where the value (or the key) at `path` stands; where it is missing, what would contain it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values:
            if not path:
                return self.start
            path = path[:-1]
        return self.values[path]

    def refusal(self, error: ApiError | NoMatch) -> SimError:
        """What the API server answered, told with the place of its cause."""
        if isinstance(error, NoMatch):
            return SimError("SK401", str(error), place=self.place(("kind",)), hint=error.hint)
        cause = error.causes[0] if error.causes else Cause("", "")
        code = {"BadRequest": "SK402", "Invalid": "SK403"}.get(error.reason, "SK404")
        place = self.place(cause.path, key=cause.reason == "FieldUnknown")
        hint = cause.hint or (_NAMESPACE_HINT if error.details.get("kind") == "namespaces" else "")
        return SimError(code, error.message, place=place, hint=hint)


def load(paths: Iterable[str | FilePath], *, stdin: str = "", recursive: bool = False) -> list[Manifest]:
    """All objects of files and folders, in order; `-` stands for the text `stdin`. Folders are read sorted by name.

    Raises ManifestError (SK1xx) with file, line and column; SK110 where there is no object in all of it.
    """
    names = [str(path) for path in paths]
    files = [file for name in names for file in files_of(name, recursive=recursive)]
    found = [manifest for file in files for manifest in load_text(read(file, stdin), shown(file))]
    if not found:
        raise ManifestError(
            "SK110",
            "there is no object in " + (", ".join(map(shown, files)) or "nothing at all"),
            place=Place(shown(files[0]) if files else ""),
            hint="a manifest begins with `apiVersion:` and `kind:`",
            kubectl="no objects passed to apply",
        )
    return found


def load_text(text: str, file: str) -> Iterator[Manifest]:
    """The objects in one text, lists (`kind: List`) taken apart. What stands before an error is yielded before it."""
    try:
        for document in documents(text, file):
            yield from _objects(document, file)
    except BrokenYaml as error:
        assert error.place
        raise ManifestError(
            error.code,
            error.message,
            place=error.place,
            hint=error.hint,
            kubectl=f"error parsing {file}: error converting YAML to JSON: yaml: {error.problem}",
        ) from error


def shown(file: str) -> str:
    """A file's name in messages and histories, where it has to be a text; on a disk it may be any bytes."""
    return "STDIN" if file == STDIN else file.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def files_of(path: str, *, recursive: bool = False, folder: FilePath | None = None) -> list[str]:
    """The files that a path means: itself, or what is in a folder. Relative paths begin at `folder`."""
    if path == STDIN:
        return [path]
    if path.startswith(("http://", "https://")):
        raise ManifestError(
            "SK112",
            f'"{path}" is on a network, and simk8s never leaves its own world',
            place=Place(path),
            hint="save it to a file first, then give the file",
        )
    target = FilePath(path) if folder is None else folder / path
    if not target.exists():
        near = difflib.get_close_matches(target.name, _names(target.parent), 1, 0.75)
        hint = f"did you mean {FilePath(path).with_name(near[0])}?" if near else ""
        raise ManifestError("SK101", f'the path "{path}" does not exist', place=Place(path), hint=hint)
    if not target.is_dir():
        return [path]
    inside = target.rglob("*") if recursive else target.iterdir()
    files = sorted(
        str(FilePath(path) / file.relative_to(target))
        for file in inside
        if file.suffix in EXTENSIONS and file.is_file()
    )
    if not files:
        known = " ".join(EXTENSIONS)
        below = sorted({str(file.parent) for file in target.rglob("*") if file.suffix in EXTENSIONS})
        raise ManifestError(
            "SK111",
            f"the folder {path} has no manifest in it: no file name ends in {', '.join(EXTENSIONS)}",
            place=Place(path),
            hint=f"the folders in it have: {' '.join(below[:6])}{' ...' if len(below) > 6 else ''}" if below else "",
            kubectl=f"error reading [{path}]: recognized file extensions are [{known}]",
        )
    return files


def _names(folder: FilePath) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def read(file: str, stdin: str = "", folder: FilePath | None = None) -> str:
    """The text of a file, or what came in on standard input."""
    if file == STDIN:
        return stdin
    try:
        return StringIO(read_bytes(file, folder).decode("utf-8-sig"), newline=None).getvalue()
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise ManifestError("SK104", "this is not a text in UTF-8", place=place, hint="save it as UTF-8") from error


def read_bytes(file: str, folder: FilePath | None = None) -> bytes:
    """What is in a file; of a device without an end no more than can be meant."""
    try:
        with (FilePath(file) if folder is None else folder / file).open("rb") as opened:
            found = opened.read(LARGEST + 1)
    except OSError as error:
        raise ManifestError("SK101", f"cannot read {file}: {error.strerror}", place=Place(file)) from error
    if len(found) > LARGEST:
        raise ManifestError("SK101", f"{file} has more than {LARGEST >> 20} MiB", place=Place(file))
    return found


def _objects(document: Document, file: str) -> Iterator[Manifest]:
    """The objects of a document: itself, or the items of a list."""
    _check_shape(document, document.data, (), file)
    data = document.data
    if str(data["kind"]).endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            _check_shape(document, item, ("items", index), file)
            yield _manifest(document, item, ("items", index), file)
    else:
        yield _manifest(document, data, (), file)


def _manifest(document: Document, data: Object, prefix: Path, file: str) -> Manifest:
    if not prefix:
        return Manifest(data, file, document.place, document.values, document.keys, document.scripts)
    start = document.values[prefix]
    return Manifest(
        data,
        file,
        start,
        _below(document.values, prefix),
        _below(document.keys, prefix),
        _below(document.scripts, prefix),
    )


def _below(mapping: Mapping[Path, Any], prefix: Path) -> dict[Path, Any]:
    size = len(prefix)
    return {path[size:]: value for path, value in mapping.items() if path[:size] == prefix}


def _check_shape(document: Document, data: Any, path: Path, file: str) -> None:
    """An object is a mapping with a kind, an apiVersion and (lists apart) a name."""
    place = document.values.get(path, document.place)
    if not isinstance(data, dict):
        what = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a boolean"}.get(type(data))
        raise ManifestError(
            "SK107",
            f"an object must be a mapping with apiVersion, kind and metadata; this is {what or 'nothing'}",
            place=place,
            hint="begin with `apiVersion:`; separate several objects by a line `---`",
            kubectl=f'unable to decode "{file}": json: cannot unmarshal {_json_type(data)} into Go value of type '
            'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
        )
    for field, word in (("kind", "Kind"), ("apiVersion", "apiVersion")):
        value = data.get(field)
        if not isinstance(value, str) or not value:
            near = difflib.get_close_matches(field, [str(key) for key in data], 1, 0.8)
            raise ManifestError(
                "SK108",
                f"the object has no {field}" if value is None else f"{field} must be a text, not {value!r}",
                place=document.keys.get((*path, near[0]), place) if near else place,
                hint=f"it has {near[0]!r}; did you mean {field!r}?" if near else f"add a line `{field}: ...`",
                kubectl=f"unable to decode \"{file}\": Object '{word}' is missing in '{_as_json(data)}'",
            )
    if data["kind"].endswith("List") and isinstance(data.get("items"), list):
        return
    meta = data.get("metadata")
    named = isinstance(meta, dict) and (meta.get("name") or meta.get("generateName"))
    if not named:
        raise ManifestError(
            "SK109",
            f"the {data['kind']} has no metadata.name",
            place=document.values.get((*path, "metadata"), place),
            hint="add `name:` below `metadata:`, two columns further right",
            kubectl="resource name may not be empty",
        )


def _json_type(data: Any) -> str:
    return {list: "array", str: "string", bool: "bool"}.get(type(data), "number")


def _as_json(data: Object) -> str:
    return msgspec.json.encode(data, order="sorted").decode()
