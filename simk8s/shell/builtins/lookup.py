"""`type`, `command -v`, `hash`, `enable`, `caller`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import File, SyscallError
from simk8s.shell import external, unparse
from simk8s.shell.builtins.registry import BUILTINS, SPECIAL, builtin, find_builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError
from simk8s.shell.quote import single_quoted
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

KEYWORDS = frozenset(
    ["if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
     "function", "time", "{", "}", "!", "[[", "]]", "coproc"]
)  # fmt: skip


@builtin("type")
def type_(shell: Shell, words: list[str]) -> Run[int]:
    """`type [-afptP] names`"""
    options, operands = parse(words, "afptP")
    letters = {letter for letter, _ in options}
    status = 0
    for name in operands:
        found = list(meanings(shell, name))
        if "f" in letters:
            found = [meaning for meaning in found if meaning[0] != "function"]
        if letters & {"p", "P"}:
            silent = bool(found) and "P" not in letters  # `type -p` of what is no file prints nothing
            found = (
                [meaning for meaning in found if meaning[0] == "file"]
                if ("P" in letters or (found and found[0][0] == "file"))
                else []
            )
            if silent and not found:
                continue
        if not found:
            status = 1
            if shell.dialect.almquist:
                status = 127
                yield from shell.process.write(1, f"{name}: not found\n".encode())
            elif not letters & {"t", "p", "P"}:
                yield from shell.complain(f"type: {name}: not found")
            continue
        for kind, text in found if "a" in letters else found[:1]:
            if "t" in letters:
                line = kind
            elif letters & {"p", "P"}:
                line = text
            else:
                line = _sentence(shell, name, kind, text)
            yield from shell.process.write(1, (line + "\n").encode("utf-8", "surrogateescape"))
    return status


def meanings(shell: Shell, name: str) -> list[tuple[str, str]]:
    """Everything a command's name stands for, the first one first: its kind, and the path of a file."""
    found = []
    if name in shell.aliases and shell.expands_aliases:
        found.append(("alias", shell.aliases[name]))
    if name in KEYWORDS and (not shell.dialect.almquist or name not in ("[[", "]]", "function", "select", "coproc")):
        found.append(("keyword", ""))
    if name in shell.functions:
        found.append(("function", ""))
    if find_builtin(shell, name) is not None:
        found.append(("builtin", ""))
    path = _executable(shell, name)
    if path is not None:
        found.append(("file", path))
    return found


def _executable(shell: Shell, name: str) -> str | None:
    path = external.find(shell, name)
    if path is None:
        return None
    try:
        inode = shell.process.stat(path)
    except SyscallError:
        return None
    if not isinstance(inode, File):
        return None
    named = "/" not in name and not shell.dialect.almquist  # bash falls back on a file that nobody may execute
    return path if named or inode.mode & 0o111 else None


def _sentence(shell: Shell, name: str, kind: str, path: str) -> str:
    match kind:
        case "alias":
            return f"{name} is aliased to `{path}'"
        case "keyword":
            return f"{name} is a shell keyword"
        case "function" if shell.dialect.almquist:
            return f"{name} is a shell function"
        case "function":
            return f"{name} is a function\n{unparse.function(shell.functions[name])}"
        case "builtin":
            special = shell.dialect.posix and name in SPECIAL
            return f"{name} is a {'special ' if special else ''}shell builtin"
    return f"{name} is hashed ({path})" if name in shell.hashed else f"{name} is {path}"


def describe(shell: Shell, names: list[str], *, brief: bool) -> Run[int]:
    """`command -v` and `command -V`."""
    status = 0
    for name in names:
        found = meanings(shell, name)
        if not found:
            status = 127 if shell.dialect.almquist else 1
            if not brief:
                yield from shell.complain(f"command: {name}: not found")
            continue
        kind, path = found[0]
        if not brief:
            line = _sentence(shell, name, kind, path)
        elif kind == "alias":
            line = f"alias {name}={single_quoted(path)}"
        else:
            line = path if kind == "file" else name
        yield from shell.process.write(1, (line + "\n").encode("utf-8", "surrogateescape"))
    return status if len(names) < 2 or status == 0 else 0 if any(meanings(shell, name) for name in names) else status


@builtin("hash")
def hash_(shell: Shell, words: list[str]) -> Run[int]:
    """Remember where commands are, or forget it."""
    options, operands = parse(words, "lrdt", "p")
    given = dict(options)
    if "r" in given:
        shell.hashed.clear()
    if not operands:
        return 0 if "r" in given else (yield from _show_hashed(shell, as_commands="l" in given))
    status = 0
    for name in operands:
        line = ""
        if {"d", "t"} & given.keys() and name not in shell.hashed:
            yield from shell.complain(f"hash: {name}: not found")
            status = 1
        elif "d" in given:
            del shell.hashed[name]
        elif "t" in given:
            line = f"{name}\t{shell.hashed[name]}\n" if len(operands) > 1 else f"{shell.hashed[name]}\n"
        elif "p" in given:
            shell.hashed[name] = given["p"]
            shell.hits[name] = 0
        elif "/" not in name and not find_builtin(shell, name) and name not in shell.functions:
            shell.hashed.pop(name, None)
            path = _executable(shell, name)
            if path is None:
                yield from shell.complain(f"hash: {name}: not found")
                status = 1
                continue
            shell.hashed[name] = path
            shell.hits[name] = 0
        yield from shell.process.write(1, line.encode("utf-8", "surrogateescape"))
    return status


def _show_hashed(shell: Shell, *, as_commands: bool) -> Run[int]:
    found = sorted(shell.hashed.items(), key=lambda item: item[1])
    if as_commands:
        text = "".join(f"builtin hash -p {path} {name}\n" for name, path in found)
    elif found:
        text = "hits\tcommand\n" + "".join(f"{shell.hits.get(name, 0):4}\t{path}\n" for name, path in found)
    else:
        text = "" if shell.dialect.posix else "hash: hash table empty\n"
    yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))
    return 0


@builtin("enable")
def enable(shell: Shell, words: list[str]) -> Run[int]:
    """Switch built-in commands off (`-n`) and on, and list them."""
    options, operands = parse(words, "adnps", "f")
    letters = {letter for letter, _ in options}
    given = dict(options)
    if "f" in given:
        why = f"{given['f']}: cannot open shared object file: No such file or directory"
        raise BuiltinError(f"cannot open shared object {given['f']}: {why}")
    if not operands or "p" in letters:
        shown = []
        for name in sorted(BUILTINS):
            off = name in shell.disabled
            if name != "[[" and ("a" in letters or off == ("n" in letters)) and ("s" not in letters or name in SPECIAL):
                shown.append(f"enable {'-n ' if off else ''}{name}")
        yield from shell.process.write(1, "".join(line + "\n" for line in shown).encode())
        return 0
    status = 0
    for name in operands:
        if name not in BUILTINS:
            yield from shell.complain(f"enable: {name}: not a shell builtin")
            status = 1
        elif "d" in letters:
            yield from shell.complain(f"enable: {name}: not dynamically loaded")
            status = 1
        elif "n" in letters:
            shell.disabled.add(name)
        else:
            shell.disabled.discard(name)
    return status


@builtin("caller")
def caller(shell: Shell, words: list[str]) -> Run[int]:
    """Where the current function was called from."""
    frames = list(reversed(shell.table.frames))
    depth = 0
    if len(words) > 1:
        if not words[1].isdecimal():
            raise BuiltinError(f"{words[1]}: invalid number", 2)
        depth = int(words[1])
    if depth >= len(frames):
        return 1
    frame = frames[depth]
    outer = frames[depth + 1] if depth + 1 < len(frames) else None
    name = outer.name if outer is not None else "main"
    source = outer.source if outer is not None else shell.source.name
    if len(words) > 1 and not source:
        return 1
    if len(words) == 1:
        line = f"{frame.call_line} {source or 'NULL'}"
    else:
        line = f"{frame.call_line} {name} {source or 'NULL'}"
    yield from shell.process.write(1, f"{line}\n".encode())
    return 0
