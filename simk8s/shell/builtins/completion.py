"""`complete`, `compgen`, `compopt`: what a person's terminal would complete, and lists of names for scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simk8s.machine import Directory, File, SyscallError
from simk8s.machine.signals import NAMES
from simk8s.shell import arguments, evaluation, function, pathname, pattern, subshell
from simk8s.shell.builtins.lookup import KEYWORDS
from simk8s.shell.builtins.registry import BUILTINS, builtin, find_builtin
from simk8s.shell.builtins.usage import UsageError, parse
from simk8s.shell.control import BuiltinError
from simk8s.shell.hashing import by_hash
from simk8s.shell.options import SET_NAMES, SHOPT_NAMES
from simk8s.shell.quote import single_quoted
from simk8s.shell.syntax import Parser, ShellSyntaxError
from simk8s.shell.syntax.nodes import SimpleCommand
from simk8s.shell.syntax.parts import Word
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_LETTERS = {
    "a": "alias", "b": "builtin", "c": "command", "d": "directory", "e": "export", "f": "file", "g": "group",
    "j": "job", "k": "keyword", "s": "service", "u": "user", "v": "variable",
}  # fmt: skip
_LONG = ("arrayvar", "binding", "disabled", "enabled", "function", "helptopic", "hostname", "running", "setopt",
         "shopt", "signal", "stopped")  # fmt: skip
_OPTIONS = ("bashdefault", "default", "dirnames", "filenames", "noquote", "nosort", "nospace", "plusdirs")
_SPECIAL = {"_DefaultCmD_": "-D", "_EmptycmD_": "-E", "_InitialWorD_": "-I"}
"""As what bash keeps the completions that are for no command of its own: that gives them their place in its table."""
_BUCKETS = 512
_VALUED = "GWPSXCF"  # in the order in which `complete -p` prints them


@dataclass
class Completion:
    """How the words of one command are completed. `values` are the arguments of `-G -W -P -S -X -C -F`."""

    actions: set[str] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)

    def words(self) -> list[str]:
        """The options that make it."""
        shown = [f"-o {name}" for name in _OPTIONS if name in self.options]
        shown += [f"-{letter}" for letter, name in _LETTERS.items() if name in self.actions]
        shown += [f"-A {name}" for name in _LONG if name in self.actions]
        for letter in _VALUED:
            if letter in self.values:
                value = self.values[letter]
                shown.append(f"-{letter} {value if letter == 'F' else single_quoted(value)}")
        return shown


def _completion(name: str, options: list[tuple[str, str]]) -> Completion:
    made = Completion()
    for letter, value in options:
        if letter in _LETTERS:
            made.actions.add(_LETTERS[letter])
        elif letter == "A":
            if value not in _LETTERS.values() and value not in _LONG:
                raise BuiltinError(f"{value}: invalid action name", 2)
            made.actions.add(value)
        elif letter == "o":
            if value not in _OPTIONS:
                raise BuiltinError(f"{value}: invalid option name", 2)
            made.options.add(value)
        elif letter in _VALUED:
            made.values[letter] = value
    return made


@builtin("complete")
def complete(shell: Shell, words: list[str]) -> Run[int]:
    """Remember how a command's words are completed. Only `complete -p` shows it: nobody types here."""
    options, names = parse(words, "".join(_LETTERS) + "prDEI", "oAGWFCXPS")
    letters = {letter for letter, _ in options}
    made = _completion("complete", options)
    names = [name for name, option in _SPECIAL.items() if option[1] in letters][:1] or names
    if "r" in letters:
        for name in names or list(shell.completions):
            if shell.completions.pop(name, None) is None:
                raise BuiltinError(f"{name}: no completion specification")
        return 0
    if "p" in letters or not words[1:]:
        status = 0
        for name in names or by_hash(shell.completions, _BUCKETS):
            if name not in shell.completions:
                yield from shell.complain(f"complete: {name}: no completion specification")
                status = 1
                continue
            line = " ".join(["complete", *shell.completions[name].words(), _SPECIAL.get(name, name)])
            yield from shell.process.write(1, f"{line}\n".encode("utf-8", "surrogateescape"))
        return status
    if not names:
        raise UsageError("complete")
    for name in names:
        shell.completions[name] = made
    return 0


@builtin("compopt")
def compopt(shell: Shell, words: list[str]) -> Run[int]:
    """Change the options of a completion."""
    options, names = parse(words, "DEI", "o", plus=True)
    for _, value in options:
        if value and value not in _OPTIONS:
            raise BuiltinError(f"{value}: invalid option name", 2)
    if not names:
        raise BuiltinError("not currently executing completion function")
    for name in names:
        found = shell.completions.get(name)
        if found is None:
            raise BuiltinError(f"{name}: no completion specification")
        if not options:
            shown = " ".join(f"{'-' if one in found.options else '+'}o {one}" for one in _OPTIONS)
            yield from shell.process.write(1, f"compopt {shown} {name}\n".encode())
        for letter, value in options:
            (found.options.discard if letter.startswith("+") else found.options.add)(value)
    return 0


@builtin("compgen")
def compgen(shell: Shell, words: list[str]) -> Run[int]:
    """Print what would complete a word."""
    options, operands = parse(words, "".join(_LETTERS), "oAGWFCXPS")
    asked = _completion("compgen", options)
    prefix = operands[0] if operands else ""
    found: list[str] = []
    for action in sorted(asked.actions):
        found += [name for name in _names(shell, action, prefix) if name.startswith(prefix)]
    given = asked.values
    if "G" in given:
        found += pathname.matching(shell, given["G"])
    if "W" in given:
        listed = yield from _listed(shell, given["W"])
        found += [word for word in listed if word.startswith(prefix)]
    for letter in "FC":
        if letter in given:
            yield from shell.complain(f"compgen: warning: -{letter} option may not work as you expect")
    if "F" in given:
        found += yield from _by_function(shell, given["F"], prefix)
    if "C" in given:
        found += yield from _by_command(shell, f"{given['C']} compgen {single_quoted(prefix)} ''")
    if "X" in given:
        shape = given["X"]
        keeps = shape.startswith("!")
        found = [word for word in found if pattern.matches(shape.removeprefix("!"), word) == keeps]
    lines = "".join(f"{given.get('P', '')}{word}{given.get('S', '')}\n" for word in found)
    yield from shell.process.write(1, lines.encode("utf-8", "surrogateescape"))
    return 0 if found or not options else 1


def _names(shell: Shell, action: str, prefix: str) -> Iterable[str]:
    """Everything of one kind, in the order in which it is listed."""
    process = shell.process
    variables = {name: variable for name, variable in sorted(shell.names.items()) if variable.is_set(shell)}
    builtins = sorted(name for name in BUILTINS if find_builtin(shell, name) is not None)
    kinds: dict[str, Callable[[], Iterable[str]]] = {
        "alias": lambda: sorted(shell.aliases),
        "arrayvar": lambda: [name for name, variable in variables.items() if variable.is_array],
        "builtin": lambda: sorted({*builtins, *shell.disabled}),
        "command": lambda: [*sorted(shell.aliases), *sorted(KEYWORDS), *sorted(shell.functions), *builtins,
                            *_programs(shell)],
        "directory": lambda: _files(shell, prefix, directories=True),
        "disabled": lambda: sorted(shell.disabled),
        "enabled": lambda: builtins,
        "export": lambda: [name for name, variable in variables.items() if variable.exported],
        "file": lambda: _files(shell, prefix, directories=False),
        "function": lambda: sorted(shell.functions),
        "group": lambda: _first_fields(process.peek("/etc/group")),
        "helptopic": lambda: builtins,
        "job": lambda: [one.text.split(" ", 1)[0] for one in shell.jobs],
        "keyword": lambda: sorted(KEYWORDS),
        "running": lambda: [one.text.split(" ", 1)[0] for one in shell.jobs if one.process.is_alive],
        "setopt": lambda: SET_NAMES,
        "shopt": lambda: SHOPT_NAMES,
        "signal": lambda: [f"SIG{NAMES[number]}" for number in sorted(NAMES)],
        "user": lambda: _first_fields(process.peek("/etc/passwd")),
        "variable": lambda: variables,
    }  # fmt: skip
    return kinds.get(action, tuple)()


def _first_fields(table: bytes) -> list[str]:
    return [line.split(":", 1)[0] for line in table.decode("utf-8", "replace").splitlines()]


def _files(shell: Shell, prefix: str, *, directories: bool) -> list[str]:
    folder = prefix[: prefix.rfind("/") + 1]
    try:
        paths = sorted(folder + name for name in shell.process.listdir(folder or "."))
        return [path for path in paths if not directories or isinstance(shell.process.stat(path), Directory)]
    except SyscallError:
        return []


def _programs(shell: Shell) -> list[str]:
    names: set[str] = set()
    for folder in (shell.get("PATH") or "").split(":"):
        try:
            inside = shell.process.listdir(folder or ".")
        except SyscallError:
            continue
        names.update(name for name in inside if isinstance(shell.process.find(f"{folder}/{name}"), File))
    return sorted(names)


def _listed(shell: Shell, text: str) -> Run[list[str]]:
    """The words of a list, which expand like a command's."""
    try:
        command = Parser(f"_ {text}").next_command()
    except ShellSyntaxError:
        return text.split()
    if not isinstance(command, SimpleCommand):
        return text.split()
    words = [word for word in command.words[1:] if isinstance(word, Word)]
    noglob, shell.options.noglob = shell.options.noglob, True
    try:
        return (yield from arguments.expand_words(shell, words))
    finally:
        shell.options.noglob = noglob


def _by_function(shell: Shell, name: str, prefix: str) -> Run[list[str]]:
    definition = shell.functions.get(name)
    if definition is None:
        raise BuiltinError(f"{name}: function not found")
    yield from function.call(shell, definition, [name, "compgen", prefix, ""], shell.line)
    reply = shell.names.get("COMPREPLY")
    return reply.values(shell) if reply is not None else []


def _by_command(shell: Shell, text: str) -> Run[list[str]]:
    output = yield from subshell.captured(shell, lambda child: evaluation.run_text(child, text, "compgen"))
    return output.splitlines()
