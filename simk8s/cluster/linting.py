"""`simk8s sh --lint`: the scripts in manifests and in files, and what is risky in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simk8s.api.manifest import EXTENSIONS, STDIN, Manifest, files_of, load, load_text, read, read_bytes
from simk8s.api.objects import Object, dig
from simk8s.api.script_place import ScriptPlace
from simk8s.cluster.manifests import UNREADABLE, pod_specs
from simk8s.errors import Place, SimError
from simk8s.shell.lint import lint
from simk8s.shell.lint.command import written
from simk8s.shell.syntax import DIALECTS, ShellSyntaxError, parse
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import Redirection

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Located:
    """A finding where a person wrote it. `script` says which script it is in: `mysql`, `mysql readinessProbe`."""

    file: str
    line: int
    column: int
    code: str
    script: str
    message: str
    hint: str

    def __str__(self) -> str:
        where = f" (in {self.script})" if self.script else ""
        lines = [f"{self.code} {Place(self.file, self.line, self.column)}: {self.message}{where}"]
        return "\n".join([*lines, f"  try: {self.hint}"] if self.hint else lines)


@dataclass(frozen=True, slots=True)
class Script:
    """A script, the shell that runs it (`options`: the letters that it gets), and its place."""

    name: str
    shell: str
    options: str
    text: str
    place: ScriptPlace


def lint_paths(paths: Sequence[str], *, stdin: str = "") -> list[Located]:
    """All findings in manifests, folders of them, and script files.

    Raises SimError SK1xx for what cannot be read; in a folder that is a finding, too, and the rest is looked at.
    """
    return sorted({found for path in paths for found in _in_path(path, stdin)})


def _in_path(path: str, stdin: str) -> Iterator[Located]:
    target = Path(path)
    if target.is_dir():
        for file in files_of(path, recursive=True):
            yield from _in_file_of_folder(file)
    elif path == STDIN or target.suffix in EXTENSIONS or not target.exists():
        for manifest in load([path], stdin=stdin):
            yield from _in_manifest(manifest)
    else:
        yield from _located(_script_file(path))


def _in_file_of_folder(file: str) -> Iterator[Located]:
    """Lessons and scenarios, which stand beside the manifests that they use, have no scripts of their own."""
    try:
        text = read(file)
        if not _OURS.search(text):
            for manifest in load_text(text, file):
                yield from _in_manifest(manifest)
    except SimError as error:
        place = error.place or Place(file, 1, 1)
        yield Located(place.file, place.line or 1, place.column or 1, error.code, "", error.message, error.hint or "")


_OURS = re.compile(r"^apiVersion: *[\"']?simk8s/", re.MULTILINE)


def _in_manifest(manifest: Manifest) -> Iterator[Located]:
    for script in scripts_of(manifest):
        yield from _located(script)
    yield from written_in_place(manifest)


def _located(script: Script) -> Iterator[Located]:
    # What `sh` is depends on the image: what some sh can run is no problem of the script.
    dialects = ("sh", "ash", "dash") if script.shell == "sh" else (script.shell,)
    found = [lint(script.text, DIALECTS[dialect], options=script.options) for dialect in dialects]
    best = min(found, key=lambda findings: sum(finding.code == "SK210" for finding in findings))
    for finding in best:
        place = script.place.at(finding.line, finding.column)
        told = finding.told(lambda line: script.place.at(line).line)
        hint = finding.hint or UNREADABLE
        yield Located(place.file, place.line, place.column, finding.code, script.name, told, hint)


def _script_file(path: str) -> Script:
    text = read_bytes(path).decode("utf-8", errors="surrogateescape")
    shell, options = _interpreter(text) or ("bash", "")
    return Script("", shell, options, text, ScriptPlace(Place(path, 1, 1)))


def _interpreter(text: str) -> tuple[str, str] | None:
    """The shell that a `#!` line names, and the letters of its options."""
    first = text.partition("\n")[0]
    if not first.startswith("#!"):
        return None
    words = [word.rpartition("/")[2] for word in first[2:].split()]
    shells = [word for word in words if word in DIALECTS]
    return (shells[0], _letters(words)) if shells else None


def _letters(words: Sequence[str]) -> str:
    return "".join(word[1:] for word in words if word.startswith("-") and not word.startswith("--"))


def scripts_of(manifest: Manifest) -> Iterator[Script]:
    """Every script in an object: of containers, their probes and hooks, and of ConfigMaps."""
    if manifest.object.get("kind") == "ConfigMap":
        yield from _of_config_map(manifest)
    for path, spec in pod_specs(manifest.object):
        for field in ("initContainers", "containers"):
            for index, container in enumerate(spec.get(field) or []):
                yield from _of_container(manifest, container, (*path, field, index))


def _of_config_map(manifest: Manifest) -> Iterator[Script]:
    for key, text in (manifest.object.get("data") or {}).items():
        if not isinstance(text, str):
            continue
        found = _interpreter(text) or (("bash", "") if str(key).endswith((".sh", ".bash")) else None)
        if found is not None:
            yield Script(str(key), *found, text, _place(manifest, ("data", key)))


def _of_container(manifest: Manifest, container: Object, path: KeyPath) -> Iterator[Script]:
    name = str(container.get("name", ""))
    words = [(w, (*path, f, n)) for f in ("command", "args") for n, w in enumerate(container.get(f) or [])]
    yield from _of_words(manifest, name, words)
    for field in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield from _of_exec(manifest, container.get(field), f"{name} {field}", (*path, field))
    for field in ("postStart", "preStop"):
        hook = dig(container, "lifecycle", field)
        yield from _of_exec(manifest, hook, f"{name} {field}", (*path, "lifecycle", field))


def _of_exec(manifest: Manifest, action: object, name: str, path: KeyPath) -> Iterator[Script]:
    command = dig(action, "exec", "command") if isinstance(action, dict) else None
    words = [(word, (*path, "exec", "command", number)) for number, word in enumerate(command or [])]
    yield from _of_words(manifest, name, words)


def _of_words(manifest: Manifest, name: str, words: list[tuple[object, KeyPath]]) -> Iterator[Script]:
    """`bash -c SCRIPT`, with more options before it."""
    texts = [str(word) for word, _ in words]
    shell = texts[0].rpartition("/")[2] if texts else ""
    if shell not in DIALECTS:
        return
    for number, option in enumerate(texts[1:-1], 1):
        if option.startswith("-") and not option.startswith("--") and option.endswith("c"):
            text, path = texts[number + 1], words[number + 1][1]
            yield Script(name, shell, _letters(texts[1 : number + 1]), text, _place(manifest, path))
            return
        if not option.startswith("-") and texts[number - 1] not in ("-o", "+o"):
            return


def _place(manifest: Manifest, path: KeyPath) -> ScriptPlace:
    return manifest.scripts.get(path) or ScriptPlace(manifest.place(path))


def written_in_place(manifest: Manifest) -> Iterator[Located]:
    """SK258: `>` on a file of a volume where another container, which runs at the same time, reads that file."""
    for path, spec in pod_specs(manifest.object):
        containers = list(enumerate(spec.get("containers") or []))
        for index, container in containers:
            others = [other for number, other in containers if number != index]
            for script in _of_container(manifest, container, (*path, "containers", index)):
                for name, redirection in _written_files(script):
                    reader = next((other for other in others if _reads(container, other, name)), None)
                    if reader is None:
                        continue
                    place = script.place.at(redirection.line, redirection.column)
                    message = f"{name} is emptied and filled again while the container {reader.get('name')} may read it"
                    hint = "write to another name on the same volume, then rename it with `mv`"
                    yield Located(place.file, place.line, place.column, "SK258", script.name, message, hint)


def _written_files(script: Script) -> Iterator[tuple[str, Redirection]]:
    try:
        tree = parse(script.text, DIALECTS[script.shell])
    except (ShellSyntaxError, SimError):
        return
    for found in walk(tree):
        yield from written(found)


def _reads(writer: Object, reader: Object, name: str) -> bool:
    """Whether a container mounts the volume of the file that another one writes, and names the file there."""
    mounts = {mount.get("mountPath", "").rstrip("/"): mount for mount in writer.get("volumeMounts") or []}
    point = next((point for point in sorted(mounts, key=len, reverse=True) if name.startswith(f"{point}/")), None)
    if point is None:
        return False
    inner = name[len(point) :]
    text = "\n".join(str(word) for field in ("command", "args") for word in reader.get(field) or [])
    return any(
        mount.get("name") == mounts[point].get("name")
        and mount.get("subPath") == mounts[point].get("subPath")
        and mount.get("mountPath", "").rstrip("/") + inner in text
        for mount in reader.get("volumeMounts") or []
    )
