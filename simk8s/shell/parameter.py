"""`${...}`: what an operator makes of what a parameter holds (`held.py`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simk8s.shell import arithmetic, assignment, expansion, pattern, prompt, splitting
from simk8s.shell.control import BadSubstitution, ShellError
from simk8s.shell.held import Held, hold, indirect
from simk8s.shell.locale import characters, characters_of, in_locale, is_utf8, lower, swapped, upper
from simk8s.shell.syntax.parts import Parameter, Word
from simk8s.shell.transformation import transformed
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


_INDIRECT = re.compile(r"\$\{(!\w+)")


@dataclass(slots=True)
class Result:
    """What an expansion gives: its values, or (`word`) the default that is to be expanded instead.

    `many`: the values are elements of `$@` or of an array; `star`: named with `*`; `changed`: by an operator
    (`unquoted`: one that also counts outside of double quotes). `kept`: in double quotes, what it gives makes a word
    even where nothing is left of it, beside a `$@` that has no elements too.
    """

    values: list[str]
    many: bool = False
    star: bool = False
    changed: bool = False
    unquoted: bool = True
    kept: bool = False
    word: Word | None = None


def expand(shell: Shell, part: Parameter, quoted: bool) -> Run[Result]:
    """Expand any parameter. Raises ShellError: unset under `set -u`, `${x?}`, a bad substitution."""
    operator = part.operator
    if operator == "bad":
        raise BadSubstitution(f"{part.source}: bad substitution")
    if operator.startswith("prefix-"):
        names = sorted(name for name, v in shell.names.items() if name.startswith(part.name) and v.is_given(shell))
        return Result(names, many=True, star=operator.endswith("*"), changed=True)
    if operator.startswith("keys-"):
        variable = shell.find(part.name)
        keys = [str(key) for key, _ in variable.ordered(shell)] if variable is not None else []
        return Result(keys, many=True, star=operator.endswith("*"), changed=True, unquoted=False)
    if operator == "@A" and shell.resolve(part.name) != part.name:
        part = replace(part, name=shell.resolve(part.name))
    if part.indirect and part.subscript is None and shell.resolve(part.name) != part.name:
        return Result([shell.resolve(part.name)])
    if part.indirect:
        if part.name in ("@", "*") and not shell.positional:
            return Result([])
        part = yield from indirect(shell, part)
        operator = part.operator
    held = yield from hold(shell, part)
    if operator == "length":
        return Result([_length(shell, part, held)])
    if operator.lstrip(":") in ("-", "=", "?", "+") and operator != ":":
        return (yield from _default(shell, part, held, quoted))
    if shell.options.nounset and not held.is_set and not held.many and not _is_lenient(shell, part):
        raise ShellError(f"{_shown(part)}: unbound variable", fatal=True, status=127)
    if not operator:
        return Result(held.values, held.many, held.star, kept=held.many)
    if operator == ":":
        return (yield from _substring(shell, part, held))
    if (not held.is_set and operator not in ("@a", "@A")) or (operator[0] in "#%" and not any(held.values)):
        return Result(held.values, held.many, held.star)  # the operand is not even expanded
    if operator == "@bad":
        raise ShellError(f"{part.source}: bad substitution", fatal=True, status=127)
    if operator == "@P":
        shown = []
        for value in held.values:
            shown.append((yield from prompt.expand_prompt(shell, value)))
        return Result(shown, held.many, held.star, changed=True)
    if operator[0] == "@":
        kept = not held.many and operator != "@a"
        return Result(transformed(shell, part, held), held.many, held.star, changed=True, kept=kept)
    changes = yield from _change(shell, part)
    values = [characters_of(changes(in_locale(shell, value))) for value in held.values]
    if held.many and operator[0] in "#%" and part.subscript is not None and not quoted and not shell.ifs:
        return Result([" ".join(values)])  # with an empty IFS bash makes one word of an array here
    return Result(values, held.many, held.star, changed=True, unquoted=operator[0] in "#%", kept=not held.many)


def _is_lenient(shell: Shell, part: Parameter) -> bool:
    """`$name`, without braces, of a reference to an array's element: `set -u` does not mind."""
    return not part.source.startswith("${") and "[" in shell.resolve(part.name)


def _shown(part: Parameter) -> str:
    if indirect := _INDIRECT.match(part.source):
        return indirect.group(1)
    if part.subscript is not None:
        return f"{part.name}[{part.subscript.source}]"
    bare = not part.source.startswith("${")
    return f"${part.name}" if bare and (part.name.isdecimal() or part.name == "!") else part.name


def _length(shell: Shell, part: Parameter, held: Held) -> str:
    if held.many:
        if (
            shell.options.nounset
            and part.subscript is not None
            and not (held.variable and held.variable.is_given(shell))
        ):
            raise ShellError(f"{part.name}: unbound variable")
        return str(len(held.values))
    if not held.is_set and shell.options.nounset:
        if part.subscript is not None:
            if held.variable is not None and held.variable.is_array and held.variable.is_given(shell):
                return "0"
            raise ShellError(f"{part.name}: unbound variable")
        raise ShellError(f"{_shown(part)}: unbound variable", fatal=True, status=127)
    return str(characters(shell, held.values[0])) if held.values else "0"


def _default(shell: Shell, part: Parameter, held: Held, quoted: bool) -> Run[Result]:
    """`:- := :? :+` and the same without the colon, which only ask whether the parameter is set."""
    present = held.is_set
    if part.operator[0] == ":" and present:
        present = ("" if not held.many else shell.ifs[:1] if held.star else " ").join(held.values) != ""
    kind = part.operator[-1]
    word = part.operands[0]
    if kind == "+":
        return Result([], word=word) if present else Result([], held.many and not held.star and not held.is_set)
    if present:
        return Result(held.values, held.many, held.star)
    if kind == "-":
        return Result([], word=word)
    text = yield from (expansion.expand_quoted(shell, word.parts) if quoted else expansion.expand_string(shell, word))
    if kind == "?":
        unset = "parameter null or not set" if part.operator[0] == ":" else "parameter not set"
        raise ShellError(f"{_shown(part).lstrip('$')}: {text or unset}", fatal=True, status=127)
    if not (part.name[0].isalpha() or part.name[0] == "_"):
        raise BadSubstitution(f"${part.name}: cannot assign in this way")
    if held.key is not None:
        assignment.assign_element(shell, part.name, held.key, text)
    else:
        assignment.assign(shell, part.name, text)
    return Result([text], kept=True)


def _substring(shell: Shell, part: Parameter, held: Held) -> Run[Result]:
    if not part.operands:
        raise BadSubstitution(f"{part.source}: bad substitution")
    if not held.is_set and not held.many:
        return Result([])
    offset = yield from _number(shell, part, 0)
    length = (yield from _number(shell, part, 1)) if len(part.operands) > 1 else None
    if held.many and (held.variable is None or held.variable.is_array):  # `x[@]` of a plain variable is its text
        return Result(_slice(shell, part, held, offset, length), True, held.star, changed=True, unquoted=False)
    text = held.values[0] if held.values else ""
    bytewise = not text.isascii() and not is_utf8(shell)
    if bytewise:
        text = text.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")
    if offset < 0:
        offset += len(text)
        if offset < 0:
            return Result([""])
    if length is None:
        cut = text[offset:]
    elif length >= 0:
        cut = text[offset : offset + length]
    else:
        if len(text) + length < offset:
            raise BadSubstitution(f"{part.operands[1].source}: substring expression < 0")
        cut = text[offset : len(text) + length]
    if bytewise:
        cut = cut.encode("ascii", "surrogateescape").decode("utf-8", "surrogateescape")
    return Result([cut], kept=offset <= len(text))


def _number(shell: Shell, part: Parameter, operand: int) -> Run[int]:
    text = yield from expansion.expand_quoted(shell, part.operands[operand].parts)
    return arithmetic.evaluate(shell, text, command=part.name)


def _slice(shell: Shell, part: Parameter, held: Held, offset: int, length: int | None) -> list[str]:
    if length is not None and length < 0:
        raise BadSubstitution(f"{part.operands[1].source}: substring expression < 0")
    if held.variable is not None and held.variable.indexed:
        items = held.variable.ordered(shell)
        if offset < 0:
            highest = max((int(key) for key, _ in items), default=-1) + 1
            offset += highest
            if offset < 0:
                return []
        values = [value for key, value in items if int(key) >= offset]
        return values if length is None else values[:length]
    values = held.values
    if part.name in ("@", "*") and part.subscript is None:
        values = [shell.name, *values]
        if offset == 0:
            return values if length is None else values[:length]
        if offset < 0:
            offset += len(values)
            if offset < 0:
                return []
        return values[offset:] if length is None else values[offset : offset + length]
    if held.variable is not None and held.variable.associative:
        offset -= offset > 0  # bash counts the elements of an associative array from 1, and gives one in any case
        length = max(length, 1) if length is not None else None
        offset = offset if offset >= 0 else max(offset + len(values), 0)
    if offset < 0:
        offset += len(values)
    return values[offset:] if length is None else values[offset : offset + length]


def _change(shell: Shell, part: Parameter) -> Run[Callable[[str], str]]:
    """What `# % / ^ ,` do with each value."""
    operator = part.operator
    extglob = shell.options.extglob
    shape = in_locale(shell, (yield from expansion.expand_pattern(shell, part.operands[0])))
    if operator[0] == "#":
        return lambda value: pattern.remove_prefix(value, shape, longest=operator == "##", extglob=extglob)
    if operator[0] == "%":
        return lambda value: pattern.remove_suffix(value, shape, longest=operator == "%%", extglob=extglob)
    if operator[0] == "/":
        replacement = (yield from _replacement(shell, part.operands[1])) if len(part.operands) > 1 else None
        anchor = operator[1:] if operator[1:] in ("#", "%") else ""
        everywhere = operator == "//"
        ignore_case = shell.options.get("nocasematch")
        return lambda value: pattern.replace(
            value,
            shape,
            replacement,
            anchor=anchor,
            everywhere=everywhere,
            extglob=extglob,
            ignore_case=ignore_case,
        )
    return lambda value: _case_changed(value, operator, shape, extglob)


def _replacement(shell: Shell, word: Word) -> Run[list[str | None]]:
    """The text to put in, with None wherever an unquoted `&` stands for what was matched."""
    pieces: list[tuple[str, int]] = []
    for part in word.parts:
        yield from expansion.expand_part(shell, part, pieces)
    result: list[str | None] = []
    for piece in pieces:
        text, kind = piece
        if kind >= 3:
            result.append(splitting.between(piece, shell.ifs))
            continue
        if kind == 0 or not shell.options.get("patsub_replacement") or ("&" not in text and "\\" not in text):
            result.append(text)
            continue
        index = 0
        plain = []
        while index < len(text):
            if text[index] == "\\" and text[index + 1 : index + 2] in ("&", "\\"):
                plain.append(text[index + 1])
                index += 2
            elif text[index] == "&":
                result.extend(["".join(plain), None])
                plain = []
                index += 1
            else:
                plain.append(text[index])
                index += 1
        result.append("".join(plain))
    return result


def _case_changed(value: str, operator: str, shape: str, extglob: bool) -> str:
    change = {"^": upper, ",": lower, "~": swapped}[operator[0]]

    def changed(character: str) -> str:
        return change(character) if not shape or pattern.matches(shape, character, extglob=extglob) else character

    if len(operator) == 2:
        return "".join(map(changed, value)) if shape else change(value)
    return changed(value[0]) + value[1:] if value else value
