"""Pathname expansion: patterns against the simulated files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Directory, SyscallError
from simk8s.shell import pattern, splitting
from simk8s.shell.control import ShellError

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def expanded(shell: Shell, field: list[splitting.Piece]) -> list[str]:
    """The file names that a field matches, or the field itself. Raises ShellError with `failglob`."""
    if shell.options.noglob or not splitting.may_be_pattern(field, shell.options.extglob):
        return [field[0][0] if len(field) == 1 else "".join(text for text, _ in field)]
    text = splitting.as_pattern(field, "")
    if not pattern.has_magic(text, shell.options.extglob):
        return ["".join(text for text, _ in field)]
    found = _not_ignored(shell, matching(shell, text))
    if found:
        return found
    plain = "".join(text for text, _ in field)
    if shell.options.get("failglob"):
        raise ShellError(f"no match: {plain}")
    return [] if shell.options.get("nullglob") else [plain]


def _not_ignored(shell: Shell, paths: list[str]) -> list[str]:
    """Without what one of GLOBIGNORE's patterns matches."""
    ignored = shell.get("GLOBIGNORE")
    if not ignored:
        return paths
    extglob = shell.options.extglob
    return [
        path
        for path in paths
        if not any(pattern.compiled(shape, extglob=extglob, path=True).fullmatch(path) for shape in ignored.split(":"))
    ]


def matching(shell: Shell, text: str) -> list[str]:
    """The existing paths that a pattern matches, sorted."""
    options = shell.options
    absolute = text.startswith("/")
    parts = text.split("/")
    found = [""]
    magic = False
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "":
            if number == 0 and absolute:
                found = ["/"]
            elif not last and not magic:
                found = [path + "/" for path in found]
            continue
        if part == "**" and options.get("globstar"):
            found = [deeper for path in found for deeper in _descend(shell, path, directories=not last)]
            magic = True
        elif pattern.has_magic(part, options.extglob):
            magic = True
            found = [below for path in found for below in _matching_in(shell, path, part, last)]
        else:
            name = pattern.literal_text(part)
            found = [path + name for path in found if shell.process.exists(path + name or ".", follow=False)]
        if not last:
            found = [path if path.endswith("/") or path == "" else path + "/" for path in found]
            found = [path for path in found if path == "" or _is_directory(shell, path)]
    return sorted(path for path in found if path)


def _matching_in(shell: Shell, folder: str, part: str, last: bool) -> list[str]:
    options = shell.options
    expression = pattern.compiled(part, extglob=options.extglob, ignore_case=options.get("nocaseglob"), path=True)
    dotted = part.startswith((".", "\\."))
    hidden = dotted or options.get("dotglob") or shell.get("GLOBIGNORE") is not None
    try:
        names = shell.process.listdir(folder or ".")
    except SyscallError:
        return []
    if dotted and not options.get("globskipdots"):
        names = [".", "..", *names]
    return [folder + name for name in names if (hidden or not name.startswith(".")) and expression.fullmatch(name)]


def _descend(shell: Shell, folder: str, *, directories: bool) -> list[str]:
    """`**`: the folder itself and everything (or every directory) below it."""
    result = [folder]
    try:
        names = shell.process.listdir(folder or ".")
    except SyscallError:
        return result
    for name in names:
        if name.startswith(".") and not shell.options.get("dotglob"):
            continue
        path = folder + name
        try:
            inode = shell.process.stat(path, follow=False)
        except SyscallError:
            continue
        if isinstance(inode, Directory):
            below = _descend(shell, path + "/", directories=directories)
            result.extend(below if directories else [path, *(p for p in below if p != path + "/")])
        elif not directories:
            result.append(path)
    return result


def _is_directory(shell: Shell, path: str) -> bool:
    return shell.process.is_directory(path)
