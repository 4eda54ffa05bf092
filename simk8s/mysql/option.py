"""The server's options: the words of option files and command line, as far as mysqld knows them (MYSQLD-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simk8s.mysql.column import Value
from simk8s.mysql.variables import VARIABLES, Variable

# Options that are no variables. True: they take a value.
_EXTRA: dict[str, bool] = {
    "initialize": False,
    "initialize_insecure": False,
    "help": False,
    "verbose": False,
    "version": False,
    "skip_slave_start": False,
    "skip_host_cache": False,
    "skip_grant_tables": False,
    "skip_symbolic_links": False,
    "symbolic_links": True,
    "user": True,
    "default_time_zone": True,
    "log_bin": True,
    "log_bin_index": True,
    "relay_log": True,
    "relay_log_index": True,
    "console": False,
    "daemonize": False,
    "ignore_db_dir": True,
    "early_plugin_load": True,
    "character_set_client_handshake": True,
}
_FLAGS = frozenset(name for name, takes_value in _EXTRA.items() if not takes_value)
_MULTIPLIERS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class BadOption(Exception):
    """An option that mysqld refuses; the text is its error message. It aborts with status 1 (ENTRY-5)."""


@dataclass(slots=True)
class Options:
    """What the server was started with. `variables` are those given, by variable name; `flags` the bare words."""

    variables: dict[str, Value] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    log_bin: str | None = None  # None: no binary log; empty: on, named after the host
    relay_log: str = ""
    ignored_directories: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)

    def get(self, name: str) -> Value:
        """A variable's value at start."""
        return self.variables.get(name, VARIABLES[name].default)

    def number(self, name: str) -> int:
        value = self.get(name)
        assert isinstance(value, int)
        return value

    def log_base(self, hostname: str) -> str | None:
        """The base name of the binary log, None where there is none (MYSQLD-34: it comes from the host name)."""
        return None if self.log_bin is None else (self.log_bin or f"{hostname}-bin")

    def relay_base(self, hostname: str) -> str:
        return self.relay_log or f"{hostname}-relay-bin"


def parse_options(words: Sequence[str]) -> Options:
    """Options from words like `--server-id=100`; later ones win. Raises BadOption for what mysqld does not know."""
    options = Options()
    for word in words:
        _take(options, word)
    if options.get("super_read_only"):
        options.variables["read_only"] = 1
    return options


def _take(options: Options, word: str) -> None:
    if not word.startswith("--"):
        raise BadOption(f"Too many arguments (first extra is '{word}').")
    name, equals, value = word[2:].partition("=")
    name = name.replace("-", "_").lower()
    loose = name.startswith("loose_")
    name = name.removeprefix("loose_")
    if name in _EXTRA:
        _take_extra(options, name, value if equals else None, word)
        return
    for prefix, meaning in (("skip_", "0"), ("disable_", "0"), ("enable_", "1")):
        rest = name.removeprefix(prefix)
        if name not in VARIABLES and rest != name:
            if rest in ("log_bin", "bin_log"):
                options.log_bin = None
                return
            if VARIABLES.get(rest, Variable("")).kind == "bool":
                name, equals, value = rest, "=", meaning
    variable = VARIABLES.get(name)
    if variable is None or variable.scope == "session":
        if loose:
            options.warnings.append(f"unknown variable '{word[2:]}'" if equals else f"unknown option '{word}'")
            return
        raise BadOption(f"unknown variable '{word[2:]}'" if equals else f"unknown option '{word}'")
    options.variables[name] = _value(name, variable, value if equals else None)


def _take_extra(options: Options, name: str, value: str | None, word: str) -> None:
    if name == "log_bin":
        options.log_bin = (value or "").rpartition("/")[2]
    elif name == "relay_log":
        options.relay_log = (value or "").rpartition("/")[2]
    elif name == "ignore_db_dir":
        options.ignored_directories = (*options.ignored_directories, value or "")
    elif name == "default_time_zone":
        options.variables["time_zone"] = value or "SYSTEM"
    elif name in _FLAGS and value is not None and value.upper() in ("0", "OFF", "FALSE"):
        options.flags.discard(name)
    else:
        options.flags.add(name)


def _value(name: str, variable: Variable, text: str | None) -> Value:
    match variable.kind:
        case "bool":
            return int(text is None or text.upper() in ("1", "ON", "TRUE"))
        case "int":
            return _size(name, text or "")
        case "float":
            return float(text or 0)
        case "enum":
            word = (text or "").upper()
            if word.isdigit() and int(word) < len(variable.choices):
                return variable.choices[int(word)]
            if word not in variable.choices:
                raise BadOption(f"Unknown option to {name.replace('_', '-')}: {text}")
            return word
        case _:
            return text or ""


def _size(name: str, text: str) -> int:
    factor = _MULTIPLIERS.get(text[-1:].upper(), 1)
    digits = text[:-1] if factor > 1 else text
    if not digits.lstrip("-").isdigit():
        raise BadOption(f"option '{name.replace('_', '-')}' requires a number, not '{text}'")
    return int(digits) * factor
