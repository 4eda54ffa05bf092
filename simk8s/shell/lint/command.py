"""What a simple command is about: which program, which files, and whether its failure is worth a thought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import AndOr, Background, Command, Pipeline, Redirection, Sequence, SimpleCommand
from simk8s.shell.syntax.parts import Word

HARMLESS = frozenset(
    [".", ":", "[", "alias", "awk", "basename", "break", "cat", "cd", "chmod", "chown", "command", "continue",
     "cut", "date", "declare", "dirname", "echo", "env", "eval", "exec", "exit", "export", "expr", "false",
     "getent", "getopts", "grep", "hash", "head", "hostname", "id", "install", "jq", "kill", "let", "local",
     "ls", "mkdir", "mktemp", "mv", "nslookup", "dig", "printenv", "printf", "ps", "pwd", "read", "readlink",
     "readonly", "realpath", "return", "rm", "sed", "seq", "set", "shift", "shopt", "sleep", "sort", "source",
     "stat", "sync", "tail", "tee", "test", "touch", "tr", "trap", "true", "type", "typeset", "ulimit", "umask",
     "uname", "uniq", "unset", "wait", "wc", "which", "xargs"]
)  # fmt: skip
"""Programs whose failure is rare, or which only look. All others do the script's work."""

TRANSFERS = frozenset(
    ["aws", "curl", "etcdctl", "gsutil", "gunzip", "gzip", "innobackupex", "kubectl", "lz4", "mariabackup",
     "mc", "mongo", "mongodump", "mysql", "mysqldump", "nc", "ncat", "netcat", "openssl", "pg_basebackup",
     "pg_dump", "pg_dumpall", "pigz", "psql", "rclone", "redis-cli", "restic", "rsync", "scp", "socat", "ssh",
     "tar", "wget", "xbstream", "xtrabackup", "zcat", "zstd"]
)  # fmt: skip
"""Programs at the head of a pipeline whose failure leaves the rest with half of the data, or none."""

_PREFIXES = frozenset(
    ["builtin", "command", "env", "exec", "nohup", "nice", "sudo", "timeout", "time"]
)  # fmt: skip


def program(node: Any) -> str:
    """The name of the program of a simple command, without its folder and behind `exec`, `timeout 5` and their like."""
    if not isinstance(node, SimpleCommand):
        return ""
    names = [word.constant or "" for word in node.words if isinstance(word, Word)]
    while names and names[0] in _PREFIXES and len(names) > 1:
        rest = names[1:]
        while len(rest) > 1 and (rest[0].startswith("-") or "=" in rest[0] or rest[0][:1].isdigit()):
            rest = rest[1:]
        names = rest
    return names[0].rpartition("/")[2] if names else ""


def does_work(node: Any) -> bool:
    """Whether a command somewhere in `node` is more than looking, printing and moving."""
    return any(isinstance(found, SimpleCommand) and is_work(found) for found in walk(node))


def is_work(node: SimpleCommand) -> bool:
    name = program(node)
    return bool(name) and name not in HARMLESS


def arguments(node: SimpleCommand) -> list[str]:
    """Its words behind the name as they are written, without quotes around a whole one, and without options."""
    words = [bare(word) for word in node.words[1:] if isinstance(word, Word)]
    return [word for word in words if not word.startswith("-")]


def bare(word: Word) -> str:
    text = word.source
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def written(node: Any) -> Iterator[tuple[str, Redirection]]:
    """Files that a command's `>` makes anew, as they are written in the script."""
    for item in getattr(node, "redirections", ()):
        if item.operator in (">", ">|", "&>") and item.descriptor in (None, 1):
            target = bare(item.target)
            if not target.startswith(("/dev/", "&", "/proc/")):
                yield target, item


def parts(node: Command) -> Iterator[Command]:
    """The commands that run one after the other where this one stands: those of a list, or itself."""
    if isinstance(node, AndOr):
        yield from parts(node.first)
        for _, command in node.rest:
            yield from parts(command)
    elif isinstance(node, Background):
        yield from parts(node.command)
    elif isinstance(node, Pipeline) and len(node.stages) == 1 and not node.negated:
        yield from parts(node.stages[0])
    else:
        yield node


def sequences(node: Any) -> Iterator[list[Command]]:
    """Every list of commands in the script, from the outermost on, each with its commands in order."""
    for found in walk(node):
        if isinstance(found, Sequence):
            yield [part for command in found.commands for part in parts(command)]
