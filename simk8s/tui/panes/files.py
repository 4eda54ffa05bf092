"""The volumes of the Pod in focus: what is in them, what has just appeared, changed or been burnt, and a content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname

from simk8s.tui.language import _
from simk8s.tui.row import Role, Row, row
from simk8s.tui.view import View
from simk8s.world.shelf import Entry, content_at, entries
from simk8s.world.state import Pod, Volume

MARKS: dict[str, tuple[str, Role]] = {
    "": (" ", "plain"),
    "new": ("+", "good"),
    "changed": ("~", "mark"),
    "burnt": ("✗", "bad"),
}

PREVIEW_LINES = 12
MANY = 12
"""A directory with more entries than this is folded, unless it was opened."""


def file_rows(view: View) -> list[Row]:
    """The volumes one after the other. A folded directory says how many entries it has; Enter opens it, or a file."""
    pod = _pod(view)
    if pod is None:
        return [row((_("Choose a Pod that is on a node, to see its files."), "quiet"))]
    rows: list[Row] = [row((view.pod, "strong"))]
    for volume in sorted(pod.volumes.values(), key=lambda volume: volume.kind != "persistentVolumeClaim"):
        rows += _volume(view, volume)
        rows.append(row(""))
    latest = max((entry for entry in rows if entry.is_now), key=lambda entry: entry.seq or 0, default=None)
    return [replace(entry, is_now=entry is latest) for entry in rows]


def _pod(view: View) -> Pod | None:
    wanted = view.pod if "/" in view.pod else f"default/{view.pod}"
    return next((pod for pod in view.world.pods.values() if f"{pod.namespace}/{pod.name}" == wanted), None)


def _volume(view: View, volume: Volume) -> Iterator[Row]:
    found = entries(view.run.index, view.world, volume.filesystem)
    yield row((f" {volume.name}", "strong"), (f"  {volume.kind}", "quiet"), key=f"volume {volume.name}")
    if not found:
        yield row(("   " + _("empty"), "quiet"))
    counts: dict[str, int] = {}
    for entry in found:
        counts[dirname(entry.path)] = counts.get(dirname(entry.path), 0) + 1
    opened_in, _sep, opened = view.opened.partition(":")
    for entry in found:
        if any(
            _is_folded(parent, counts, opened if opened_in == volume.filesystem else "") for parent in _above(entry)
        ):
            continue
        yield _entry(volume, entry, counts)
        if view.opened == f"{volume.filesystem}:{entry.path}" and entry.kind == "file":
            yield from _content(view, volume, entry)


def _above(entry: Entry) -> Iterator[str]:
    path = dirname(entry.path)
    while path not in ("", "/"):
        yield path
        path = dirname(path)


def _is_folded(directory: str, counts: dict[str, int], opened: str) -> bool:
    """Big directories below the first one are closed: those of the server's own tables, mostly."""
    if opened == directory or opened.startswith(f"{directory}/"):
        return False
    return directory.count("/") > 1 and counts.get(directory, 0) > MANY


def _entry(volume: Volume, entry: Entry, counts: dict[str, int]) -> Row:
    mark, role = MARKS[entry.touch if entry.is_recent or entry.touch == "burnt" else ""]
    name_role: Role = "burnt" if entry.touch == "burnt" else role if entry.is_recent else "plain"
    when = f"  {entry.time:.2f}" if entry.touch and (entry.is_recent or entry.touch == "burnt") else ""
    said = _said(entry, counts)
    return row(
        (f" {mark} ", role if entry.is_recent else "quiet"),
        "  " * entry.depth,
        (entry.name + ("/" if entry.kind == "directory" else ""), name_role),
        (f"  {said}", "quiet"),
        (when, "quiet"),
        key=f"{volume.filesystem}:{entry.path}",
        seq=entry.seq if entry.touch else None,
        is_now=entry.is_recent,
        hang=6 + 2 * entry.depth,
    )


def _said(entry: Entry, counts: dict[str, int]) -> str:
    if entry.touch == "burnt":
        return f"→ {entry.became.rpartition('/')[2]}" if entry.became else _("removed")
    if entry.kind == "directory":
        return f"({counts.get(entry.path, 0)})"
    if entry.kind == "symlink":
        return f"→ {entry.target}"
    how = {"new": _("new"), "changed": _("changed")}.get(entry.touch, "") if entry.is_recent else ""
    return f"{size_text(entry.size)} {how}".rstrip() if entry.kind == "file" else entry.kind


def size_text(size: int) -> str:
    """`425 B`, `12 MiB`."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= 10 * factor:
            return f"{size // factor} {unit}"
    return f"{size} B"


def _content(view: View, volume: Volume, entry: Entry) -> Iterator[Row]:
    """The first lines of a file; of a burnt one, what it held before."""
    world = view.run.chronicle.at(seq=entry.seq - 1) if entry.touch == "burnt" else view.world
    content = content_at(world.filesystems.get(volume.filesystem), entry.path)
    view.run.chronicle.at(seq=view.seq)
    for number, text in enumerate(_lines(content)):
        yield row(("       │ ", "quiet"), text, key=f"content {number}", hang=9)


def _lines(content: object) -> list[str]:
    data = bytes(content[:4096]) if content is not None else b""  # type: ignore[index]
    text = data.decode("utf-8", errors="replace")
    if "\0" in text or "\ufffd" in text:
        shown = [data[n : n + 16] for n in range(0, min(len(data), 16 * PREVIEW_LINES), 16)]
        return [f"{piece.hex(' '):<48} {_printable(piece)}" for piece in shown]
    lines = text.split("\n")
    return lines[:PREVIEW_LINES] + (["…"] if len(lines) > PREVIEW_LINES else [])


def _printable(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
