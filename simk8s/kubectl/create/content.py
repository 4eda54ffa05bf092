"""The content of ConfigMaps and Secrets out of `--from-literal`, `--from-file` and `--from-env-file`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag

FLAGS = (
    Flag("from-env-file", "list", None, "a file of lines KEY=VALUE"),
    Flag("from-file", "list", None, "a file, KEY=FILE, or a folder of files"),
    Flag("from-literal", "list", None, "KEY=VALUE"),
)
NOT_MODELLED = "append-hash"

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


def content(context: Context, what: str, owner: str) -> dict[str, bytes]:
    """Keys and values; `what` is `ConfigMap` or `Secret`, `owner` its name, in messages. Raises Failure."""
    arguments = context.arguments
    if arguments["from-env-file"] and (arguments["from-file"] or arguments["from-literal"]):
        raise Failure("from-env-file cannot be combined with from-file or from-literal")
    found: dict[str, bytes] = {}

    def add(key: str, value: bytes) -> None:
        if not _KEY.fullmatch(key) or key in (".", ".."):
            raise Failure(f'"{key}" is not a valid key name for a {what}: {_WHAT_A_KEY_IS}')
        if key in found:
            raise Failure(
                f'cannot add key "{key}", another key by that name already exists in Data for {what} "{owner}"'
            )
        found[key] = value

    for text in arguments["from-literal"]:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise Failure(f"invalid literal source {text}, expected key=value")
        add(key, (value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value).encode())
    for text in arguments["from-file"]:
        _from_file(context, text, add)
    for path in arguments["from-env-file"]:
        for key, value in _variables(_read(context, path).decode(errors="replace"), path):
            add(key, value.encode())
    return found


def _from_file(context: Context, text: str, add: Callable[[str, bytes], None]) -> None:
    key, equals, path = text.partition("=")
    if "=" in path:
        raise Failure("key names or file paths cannot contain '='")
    if equals and not (key and path):
        part = "key name" if not key else "file path"
        raise Failure(f"{part} for file path {path} missing" if not key else f"{part} for key name {key} missing")
    path = path if equals else text
    target = context.access.folder / path
    if path not in _STDIN and target.is_dir():
        if equals:
            raise Failure("cannot give a key name for a directory path")
        for file in sorted(target.iterdir()):
            if file.is_file() and _KEY.fullmatch(file.name):
                add(file.name, file.read_bytes())
        return
    add(key if equals else Path(path).name, _read(context, path))


def _read(context: Context, path: str) -> bytes:
    if path in _STDIN:
        return context.stdin
    try:
        return (context.access.folder / path).read_bytes()
    except OSError as error:
        raise Failure(f"error reading {path}: {(error.strerror or str(error)).lower()}") from error


def _variables(text: str, path: str) -> list[tuple[str, str]]:
    """The lines of an environment file. One without `=` means this computer's own value, which simk8s does not read."""
    pairs = []
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise Failure(f"simk8s does not read environment variables: give {key} a value in {path}")
        pairs.append((key, value))
    return pairs


_STDIN = ("-", "/dev/stdin")
_WHAT_A_KEY_IS = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
