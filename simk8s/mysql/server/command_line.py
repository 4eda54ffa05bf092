"""What mysqld is started with: option files and command line together, and what `--verbose --help` says of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from simk8s.errors import SimError
from simk8s.mysql.client.option_file import load_defaults
from simk8s.mysql.column import Value, plain_text
from simk8s.mysql.option import Options, parse_options
from simk8s.mysql.variables import VARIABLES

if TYPE_CHECKING:
    from simk8s.machine import Process

GROUPS = ("mysqld", "server", "mysqld-5.7")  # MYSQLD-31
_SHORT = {"-u": "--user", "-P": "--port", "-h": "--datadir", "-b": "--basedir", "-t": "--tmpdir"}
_WITH_VALUE = frozenset(("user", "default_time_zone", "log_bin_index", "relay_log", "relay_log_index", "ignore_db_dir"))
_PLAIN = {"-?": "--help", "-V": "--version", "-v": "--verbose", "-I": "--help"}


# Settings that the model has with one value only.
_ONLY: dict[str, Value] = {
    "gtid_mode": "OFF",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "binlog_checksum": "CRC32",
    "master_info_repository": "FILE",
    "relay_log_info_repository": "FILE",
    "relay_log_recovery": 0,
    "relay_log_purge": 1,
    "slave_exec_mode": "STRICT",
    "slave_parallel_workers": 0,
    "slave_skip_errors": "OFF",
    "init_slave": "",
    "init_connect": "",
    "innodb_file_per_table": 1,
    "innodb_force_recovery": 0,
    "innodb_read_only": 0,
    "lower_case_table_names": 0,
}
_UNMODELLED_FLAGS = frozenset(("initialize", "skip_grant_tables", "daemonize", "early_plugin_load"))
_HINTS = {"initialize": "use --initialize-insecure and set the password afterwards"}


class CommandLine(NamedTuple):
    """The words of option files and command line, and the warnings about option files."""

    words: tuple[str, ...]
    warnings: list[str]


def read_command_line(process: Process) -> CommandLine:
    """What this process was started with. Raises BadOptionFile."""
    defaults = load_defaults(process, GROUPS, process.argv[1:])
    return CommandLine(tuple(defaults.words), defaults.warnings)


@lru_cache(maxsize=64)  # the entrypoint asks again and again, and each start anew
def understood(words: tuple[str, ...]) -> tuple[Options, dict[str, str]]:
    """The options, which nobody changes any more, and the last value of each bare word that is no variable.

    Raises BadOption.
    """
    settings = _with_equals(words)
    pairs = (setting[2:].partition("=") for setting in settings if "=" in setting)
    return parse_options(settings), {name.replace("-", "_"): value for name, _, value in pairs}


def refuse_unmodelled(options: Options) -> None:
    """Raises SimError SK722 for an option that mysqld knows and this model does not act upon."""
    flags = sorted(options.flags & _UNMODELLED_FLAGS)
    if flags:
        name = flags[0].replace("_", "-")
        raise SimError("SK722", f"mysqld --{name} is not modelled", hint=_HINTS.get(flags[0], "leave the option out"))
    for name, modelled in _ONLY.items():
        value = options.get(name)
        if value != modelled:
            raise SimError(
                "SK722",
                f"mysqld with {name}={plain_text(value)} is not modelled",
                hint=f"leave it at its default, {plain_text(modelled)}; docs/fidelity.md says what is modelled",
            )


def _with_equals(words: Sequence[str]) -> list[str]:
    """`--port 0`, `-P 0` and `-P0` as `--port=0`."""
    result: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-"):
            result.append(word)
        elif word in _PLAIN:
            result.append(_PLAIN[word])
        elif word[:2] in _SHORT:
            value = word[2:] or (queue.pop(0) if queue else "")
            result.append(f"{_SHORT[word[:2]]}={value}")
        elif "=" not in word and _takes_value(word) and queue and not queue[0].startswith("-"):
            result.append(f"{word}={queue.pop(0)}")
        else:
            result.append(word)
    return result


def _takes_value(word: str) -> bool:
    name = word[2:].replace("-", "_").lower()
    return name in _WITH_VALUE or (name in VARIABLES and VARIABLES[name].kind != "bool")


@lru_cache(maxsize=64)
def help_text(words: tuple[str, ...], version: str, *, verbose: bool) -> str:
    """What `--help` prints; with `verbose` every variable and its value after reading options."""
    lines = [
        f"mysqld  Ver {version} for Linux on x86_64 (MySQL Community Server (GPL))",
        "",
        "Starts the MySQL database server.",
        "",
        "Usage: mysqld [OPTIONS]",
    ]
    if not verbose:
        return "\n".join([*lines, "", "For more help options (several pages), use mysqld --verbose --help.", ""])
    lines += [
        "",
        "Variables (--variable-name=value)",
        f"{'and boolean options {FALSE|TRUE}':<60} Value (after reading options)",
        f"{'-' * 60} {'-' * 29}",
    ]
    given = understood(words)[0].variables
    lines += [_listed(name, given[name]) if name in given else line for name, line in _listed_defaults()]
    return "\n".join([*lines, "", "To see what values a running MySQL server is using, type", ""])


@cache
def _listed_defaults() -> tuple[tuple[str, str], ...]:
    """Every variable by name, and its line in the help where it was not set."""
    return tuple((name, _listed(name, variable.default)) for name, variable in sorted(VARIABLES.items()))


def _listed(name: str, value: Value) -> str:
    text = ("TRUE" if value else "FALSE") if VARIABLES[name].kind == "bool" else str(value)
    return f"{name.replace('_', '-'):<60} {text or '(No default value)'}"
