"""What an xtrabackup command line asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simk8s.mysql.client.arguments import BadArguments, Grammar, Option, parse
from simk8s.mysql.client.option_file import load_defaults
from simk8s.mysql.client.settings import CONNECTION_OPTIONS, Settings
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

_FLAGS = (
    "backup",
    "prepare",
    "slave-info",
    "apply-log-only",
    "no-lock",
    "no-version-check",
    "version-check",
    "print-param",
)
_VALUES = (
    "stream",
    "target-dir",
    "datadir",
    "parallel",
    "use-memory",
    "server-id",
    "throttle",
    "tmpdir",
    "open-files-limit",
)
GRAMMAR = Grammar(
    *CONNECTION_OPTIONS,
    *(Option(name) for name in _FLAGS),
    *(Option(name, "", "required") for name in _VALUES),
)
_UNMODELLED = (
    "copy-back", "move-back", "incremental", "compress", "decompress", "encrypt", "decrypt", "export", "stats",
    "tables", "databases", "galera-info", "safe-slave-backup", "rsync", "kill-long-queries-timeout",
    "ftwrl-wait-timeout", "history", "defaults-group", "compact", "rebuild-indexes",
)  # fmt: skip


@dataclass(slots=True)
class Options:
    """What is asked for. `server_id` comes from the group [mysqld] of the option files, if there are any."""

    settings: Settings
    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)

    @property
    def target_directory(self) -> str:
        return self.values.get("target-dir", "./xtrabackup_backupfiles/")


def read_options(process: Process, options: Options) -> Run[None]:
    """Fill in `options`. Raises BadArguments, BadOptionFile or ValueError."""
    defaults = load_defaults(process, ("xtrabackup", "client"), process.argv[1:])
    server = load_defaults(process, ("mysqld",), ())
    for warning in defaults.warnings:
        yield from process.write(2, f"{warning}\n".encode())
    for word in server.from_files:
        name, _, text = word.partition("=")
        if name.replace("_", "-") in ("--server-id", "--datadir"):
            options.values[name.replace("_", "-")[2:]] = text
    for words, from_command_line in ((defaults.from_files, False), (defaults.arguments, True)):
        for name, value in parse(words, GRAMMAR, unmodelled=_UNMODELLED, program="xtrabackup"):
            if options.settings.take(name, value, from_command_line=from_command_line):
                continue
            if name in _VALUES:
                options.values[name] = value or ""
            elif name:
                options.flags.add(name)
            else:
                raise BadArguments(f"unknown argument: '{value}'", 1)
    if options.values.get("stream", "xbstream") not in ("xbstream", "tar"):
        raise BadArguments(f"Invalid --stream argument: {options.values['stream']}", 1)
