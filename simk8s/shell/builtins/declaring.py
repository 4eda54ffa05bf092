"""`declare`, `local`, `export`, `readonly`, `unset`: attributes, and what variables are listed as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.shell import array, assignment, quote, trace, unparse
from simk8s.shell.builtins.functions import declare_functions, list_marked_functions, mark_function
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError, ExitShell, ShellError
from simk8s.shell.variables import Dynamic, Mirror, Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_TARGET = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[(.*)\])?(?:(\+?)=(.*))?\Z", re.DOTALL)
_ATTRIBUTES = {
    "i": "integer", "l": "lower", "u": "upper", "c": "capitalized", "n": "reference", "t": "traced"
}  # fmt: skip
_CASES = {"l": "lower", "u": "upper", "c": "capitalized"}


@builtin("declare", "typeset", "local")
def declare(shell: Shell, words: list[str]) -> Run[int]:
    """Give variables attributes and values; in a function they become local unless `-g` is given."""
    local, in_function = words[0] == "local", shell.in_function
    if local and not in_function:
        if shell.dialect.almquist:
            yield from shell.complain("local: not in a function")
            raise ExitShell(2)
        raise BuiltinError("can only be used in a function")
    options, operands = parse(words, "aAcfFgiIlnprtux", plus=True)
    letters = [letter for letter, _ in options]
    if "f" in letters or "F" in letters:
        return (yield from declare_functions(shell, letters, operands))
    if "p" in letters or not operands:
        return (yield from _list(shell, words[0], letters, operands))
    status = 0
    for operand in operands:
        try:
            inside = in_function and "g" not in letters
            yield from _declare_one(shell, words[0], operand, letters, make_local=inside)
        except BuiltinError as error:
            yield from shell.complain(f"{words[0]}: {error.message}")
            status = 1
    return status


def _declare_one(shell: Shell, command: str, operand: str, letters: list[str], *, make_local: bool) -> Run[None]:
    match = _TARGET.match(operand)
    if operand == "-" and command == "local":
        shell.table.frame().options = shell.options.copy()
        return
    if match is None:
        raise BuiltinError(f"`{operand}': not a valid identifier")
    name, subscript, plus, value = match.groups()
    if "n" in letters and isinstance(operand, array.ArrayArgument):
        raise BuiltinError(f"{name}: reference variable cannot be an array")
    if "n" in letters and value is not None:
        _check_reference(name, value, inside=make_local)
        if value == name:
            yield from shell.complain(f"{command}: warning: {name}: circular name reference")
            yield from shell.complain(f"warning: {name}: circular name reference")
    if "n" not in letters and "+n" not in letters and not make_local:
        name = shell.resolve(name)
    meant = _global if "g" in letters and shell.table.frames and not make_local else _here
    if make_local:
        if name in shell.in_front:
            _make_own(shell, name)
        inherited = shell.names.get(name)
        fresh = not shell.table.is_local(name)
        if fresh and inherited is not None and inherited.readonly and name not in _outer_locals(shell):
            raise BuiltinError(f"{name}: readonly variable")
        shell.table.make_local(name)
        if fresh and shell.dialect.name == "dash" and inherited is not None:  # there a local name keeps its value
            shell.names[name] = inherited.copy()
        if fresh and ("I" in letters or shell.options.localvar_inherit) and inherited is not None:
            shell.names[name] = inherited.copy()
        variable = shell.table.own(name)
    else:
        variable = meant(shell, name)
    if variable.readonly and (value is not None or isinstance(operand, array.ArrayArgument) or "+r" in letters):
        raise BuiltinError(f"{name}: readonly variable")
    if isinstance(variable, Dynamic):
        return
    if make_local and fresh and inherited is not None and value is None:
        assignment.told_anew(shell, name)
    if "n" in letters and variable.is_array:
        raise BuiltinError(f"{name}: reference variable cannot be an array")
    if "n" in letters and value is None and variable.value:
        _check_reference(name, variable.value, inside=make_local)
    _set_attributes(name, variable, letters)
    listed = array.written(value) if variable.is_array and subscript is None and value is not None else None
    if isinstance(operand, array.ArrayArgument):
        if not variable.is_array:
            variable.make_indexed()
        if complaint := array.assign_array(shell, name, operand.elements, append=operand.append):
            yield from shell.complain(complaint)
    elif listed is not None:
        elements = yield from array.expand_array(shell, name, listed)
        array.assign_array(shell, name, elements, append=bool(plus))
        variable = meant(shell, name)  # once more: a subshell may have begun meanwhile
    elif value is not None:
        _give_value(shell, name, variable, subscript, bool(plus), value)
    elif subscript is not None and not variable.is_array:
        variable.make_indexed()
    if "r" in letters or command == "readonly":
        variable.readonly = True
    if "x" in letters:
        variable.exported = True
    if variable.given and ("x" in letters or variable.readonly):
        variable.given = "stays"
    if "+x" in letters:
        variable.exported = False


def _make_own(shell: Shell, name: str) -> None:
    """`x=1 local x`: what is assigned in front becomes the function's."""
    outer = shell.in_front.pop(name)
    shell.table.frame().saved.setdefault(name, outer)
    shell.table.own(name).given = ""


def _outer_locals(shell: Shell) -> set[str]:
    return {name for frame in shell.table.frames for name in frame.saved}


def _here(shell: Shell, name: str) -> Variable:
    return shell.table.own(name)


def _global(shell: Shell, name: str) -> Variable:
    holder: dict[str, Variable | None] | dict[str, Variable] = shell.table.at_global(name)[0]
    if holder is shell.names and name in shell.in_front:
        holder = shell.in_front
    return shell.table.own_in(holder, name)


def _set_attributes(name: str, variable: Variable, letters: list[str]) -> None:
    if "A" in letters:
        if variable.indexed:
            raise BuiltinError(f"{name}: cannot convert indexed to associative array")
        variable.make_associative()
    if "a" in letters:
        if variable.associative:
            raise BuiltinError(f"{name}: cannot convert associative to indexed array")
        variable.make_indexed()
    if ("+a" in letters and variable.indexed) or ("+A" in letters and variable.associative):
        raise BuiltinError(f"{name}: cannot destroy array variables in this way")
    cases = [letter for letter in letters if letter in _CASES]
    if cases:  # one at a time; two at once cancel each other
        for attribute in _CASES.values():
            setattr(variable, attribute, False)
        if len(set(cases)) == 1:
            setattr(variable, _CASES[cases[0]], True)
    for letter in letters:
        named = _ATTRIBUTES.get(letter[-1])
        if named is not None and letter not in _CASES:
            setattr(variable, named, not letter.startswith("+"))


def _check_reference(name: str, target: str, *, inside: bool) -> None:
    """What a name reference may lead to: a name or an array's element, but not itself."""
    if not target:
        raise BuiltinError("`': not a valid identifier")
    match = _TARGET.match(target)
    if match is None or match.group(4) is not None:
        raise BuiltinError(f"`{target}': invalid variable name for name reference")
    if target == name and not inside:
        raise BuiltinError(f"{name}: nameref variable self references not allowed")


def _give_value(shell: Shell, name: str, variable: Variable, subscript: str | None, append: bool, value: str) -> None:
    if subscript is not None:
        if not variable.is_array:
            variable.make_indexed()
        key = assignment.subscript_key(shell, name, subscript)
        variable.elements[key] = assignment.converted(shell, variable, value, variable.elements.get(key), append)
        return
    if variable.reference:
        variable.value = value
        return
    if shell.names.get(name) is variable:
        assignment.assign(shell, name, value, append=append)
    elif variable.is_array:
        variable.elements[0 if variable.indexed else "0"] = value
    else:
        variable.value = assignment.converted(shell, variable, value, variable.value, append)


@builtin("export", "readonly")
def export(shell: Shell, words: list[str]) -> Run[int]:
    options, operands = parse(words, "fnp" if words[0] == "export" else "aAfp")
    letters = [letter for letter, _ in options]
    if "f" in letters:
        mark_letter = "x" if words[0] == "export" else "r"
        if not operands:
            yield from list_marked_functions(shell, mark_letter)
        for name in operands:
            if name not in shell.functions:
                raise BuiltinError(f"{name}: not a function")
            mark_function(shell, mark_letter, name, on="n" not in letters)
        return 0
    mark = "exported" if words[0] == "export" else "readonly"
    if not operands:
        return (yield from _list_marked(shell, words[0], mark))
    status = 0
    for operand in operands:
        match = _TARGET.match(operand)
        if match is None or (match.group(2) is not None and words[0] == "export"):
            yield from shell.complain(f"{words[0]}: `{operand}': not a valid identifier")
            status = 1
            continue
        name, subscript, plus, value = match.groups()
        name = shell.resolve(name)
        try:
            if isinstance(operand, array.ArrayArgument):
                if "A" in letters:
                    shell.table.own(name).make_associative()
                if complaint := array.assign_array(shell, name, operand.elements, append=operand.append):
                    yield from shell.complain(complaint)
            elif value is not None and subscript is not None:
                key = assignment.subscript_key(shell, name, subscript)
                assignment.assign_element(shell, name, key, value, append=bool(plus))
            elif value is not None:
                if shell.options.xtrace:
                    shown = quote.traced_word(value) if value else ""
                    yield from trace.show_line(shell, f"{name}{plus}={shown}")
                assignment.assign(shell, name, value, append=bool(plus))
        except ShellError as error:
            if error.value:
                raise
            yield from shell.complain(error.message)
            if shell.options.errexit:  # bash does not ask whether failures count here
                raise ExitShell(1) from error
            status = 1
            continue
        variable = shell.table.own(name)
        if "a" in letters and not variable.is_array:
            variable.make_indexed()
        setattr(variable, mark, "n" not in letters)
        if variable.given and "n" not in letters:
            variable.given = "stays"
    return status


@builtin("unset")
def unset(shell: Shell, words: list[str]) -> Run[int]:
    """`unset [-fvn] names`, also of single array elements."""
    options, operands = parse(words, "fvn")
    letters = {letter for letter, _ in options}
    if letters >= {"f", "v"}:
        raise BuiltinError("cannot simultaneously unset a function and a variable")
    status = 0
    for operand in operands:
        if "f" in letters:
            if operand in shell.readonly_functions:
                yield from shell.complain(f"unset: {operand}: cannot unset: readonly function")
                status = 1
                continue
            shell.functions.pop(operand, None)
            continue
        try:
            if not _unset_variable(shell, operand, reference="n" in letters) and "v" not in letters:
                shell.functions.pop(operand, None)
        except BuiltinError as error:
            yield from shell.complain(f"unset: {error.message}")
            status = 1
    return status


def _unset_variable(shell: Shell, operand: str, *, reference: bool) -> bool:
    base, bracket, rest = operand.partition("[")
    name = base if reference else shell.resolve(base)
    variable = shell.names.get(name)
    if variable is None:
        return False
    if variable.readonly:
        raise BuiltinError(f"{name}: cannot unset: readonly variable")
    if bracket and rest.endswith("]"):
        text = rest[:-1]
        if text in ("@", "*") and not variable.associative:
            if variable.indexed:
                emptied = shell.table.own(name)
                emptied.elements = {}
                emptied.bare = False
            else:
                shell.table.unset(name)
        elif type(variable) is Mirror:
            return True  # bash takes it out of a copy
        elif variable.is_array:
            shell.table.own(name).elements.pop(assignment.subscript_key(shell, name, text), None)
            assignment.told_anew(shell, name)
        elif text == "0":
            shell.table.unset(name)
        else:
            raise BuiltinError(f"{name}: not an array variable")
        return True
    shell.table.unset(name)
    assignment.told_anew(shell, name)
    return True


# What they print


def _print(shell: Shell, lines: list[str]) -> Run[None]:
    text = "".join(line + "\n" for line in lines)
    yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))


def declaration(shell: Shell, name: str, variable: Variable) -> str:
    """`declare -x name="value"`"""
    letters = variable.letters() or "-"
    if isinstance(variable, Dynamic) and variable.indexed:
        shown = " ".join(f'[{key}]="{value}"' for key, value in variable.ordered(shell))
        return f"declare -{letters} {name}=({shown})"
    if variable.is_array:
        if variable.bare and not variable.elements:
            return f"declare -{letters} {name}"
        return f"declare -{letters} {name}={quote.array_value(shell, variable)}"
    value = variable.scalar(shell)
    return f"declare -{letters} {name}" + ("" if value is None else f"={quote.declared_value(value)}")


def _list(shell: Shell, command: str, letters: list[str], operands: list[str]) -> Run[int]:
    status = 0
    local = command == "local"
    if operands:
        lines: list[str] = []
        for name in operands:
            variable = shell.names.get(name)
            if variable is None or (local and not shell.table.is_local(name)):
                yield from _print(shell, lines)
                lines = []
                yield from shell.complain(f"{command}: {name}: not found")
                status = 1
                continue
            lines.append(declaration(shell, name, variable))
        yield from _print(shell, lines)
        return status
    wanted = [letter for letter in letters if letter not in "pgI" and letter[0] != "+"]
    chosen = {
        name: variable
        for name, variable in sorted(shell.names.items())
        if all(letter in variable.letters() for letter in wanted) and (not local or shell.table.is_local(name))
    }
    if "p" in letters or wanted or local:
        yield from _print(shell, [declaration(shell, name, v) for name, v in chosen.items()])
    else:
        yield from _print(shell, listing(shell))
    return status


def listing(shell: Shell) -> list[str]:
    """What `set` without arguments prints: variables, then functions."""
    lines = []
    for name, variable in sorted(shell.names.items()):
        if variable.is_array:
            if variable.ordered(shell):
                lines.append(f"{name}={quote.array_value(shell, variable)}")
        elif (value := variable.scalar(shell)) is not None:
            lines.append(f"{name}={quote.assigned_value(value, plain=shell.options.get('posix'))}")
    if not shell.dialect.posix:
        for name in sorted(shell.functions):
            lines.append(unparse.function(shell.functions[name]))
    return lines


def _list_marked(shell: Shell, command: str, mark: str) -> Run[int]:
    lines = []
    for name, variable in sorted(shell.names.items()):
        if getattr(variable, mark):
            if shell.dialect.posix:
                value = variable.scalar(shell)
                lines.append(f"{command} {name}" + ("" if value is None else f"={quote.declared_value(value)}"))
            else:
                lines.append(declaration(shell, name, variable))
    yield from _print(shell, lines)
    return 0
