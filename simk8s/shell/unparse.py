"""Functions as `declare -f` and `type` print them: the tree written out again in bash's own layout."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simk8s.shell.quote import single_quoted
from simk8s.shell.syntax.escape import ansi_c
from simk8s.shell.syntax.nodes import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Assignment,
    Background,
    Binary,
    Both,
    Case,
    Command,
    Conditional,
    Coprocess,
    Either,
    For,
    FunctionDefinition,
    Group,
    If,
    Nested,
    Not,
    Pipeline,
    Redirection,
    Select,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    Unary,
    While,
)
from simk8s.shell.syntax.parts import CommandSubstitution, DoubleQuoted, FileSubstitution, Part, Quoted, Word


def function(definition: FunctionDefinition) -> str:
    """`name () \\n{ \\n    body\\n}`"""
    return f"{definition.name} () \n{_function_body(definition.body, 0)}"


def _function_body(body: Command, depth: int) -> str:
    """In braces, also where the script has none."""
    pad = _pad(depth)
    if isinstance(body, Group):
        inside = _block(body.body, depth + 1)
        return f"{pad}{{ \n{inside}\n{pad}}}{_redirections(body.redirections)}"
    return f"{pad}{{ \n{_pad(depth + 1)}{command(body, depth + 1)}\n{pad}}}"


def _block(node: Sequence, depth: int, *, closed: bool = False) -> str:
    """The commands of a body, a line each, indented. `closed`: the last one has its `;`, too."""
    lines: list[str] = []
    beside = False  # what follows a `&` stands on its line
    for number, item in enumerate(node.commands):
        text = command(item, depth)
        last = number == len(node.commands) - 1
        unended = not closed or text.endswith("\n") if last else _ends_in_document(item)
        end = "" if unended or isinstance(item, Background) else ";"
        if beside:
            lines[-1] += " " + text + end
        else:
            lines.append(_pad(depth) + text + end)
        beside = isinstance(item, Background)
    return "\n".join(lines)


def _ends_in_document(node: Command) -> bool:
    """Whether bash forgets the `;` behind a command: a here-document was the last thing with a `;` to come."""
    match node:
        case Sequence() | Background():
            return False
        case Pipeline():
            return any(map(_ends_in_document, node.stages))
        case AndOr():
            return _ends_in_document(node.first) or any(_ends_in_document(item) for _, item in node.rest)
        case Group() | Subshell() | While() | For() | Select() | ArithmeticFor():
            inner = [node.body]
        case If():
            inner = [body for _, body in node.branches] + ([node.otherwise] if node.otherwise else [])
        case Case():
            inner = [item.body for item in node.items]
        case _:
            inner = []
    return bool(_bodies(node)) or any(body.commands and _ends_in_document(body.commands[-1]) for body in inner)


def _line(node: Sequence) -> str:
    """The commands of a body on one line, as outside of functions."""
    return " ".join(_closed(command(item, 0)) for item in node.commands).removesuffix(";")


def _closed(text: str) -> str:
    """A command and the `;` behind it, unless something else ends it already."""
    return text if text.endswith(("&", "\n")) else text + ";"


def _asked(node: Sequence, depth: int) -> str:
    """The commands of a condition with the last `;`: in functions they stand on lines of their own."""
    return ("\n" + _pad(depth) if depth else " ").join(_closed(command(item, depth)) for item in node.commands)


def _connected(node: Command, operator: str, depth: int) -> str:
    """A command and the operator behind it, which stands before the here-documents that begin on the line."""
    text = command(node, depth)
    bodies = _bodies(node)
    return f"{text.removesuffix(bodies)}{operator}{bodies} " if bodies else text + operator


def _bodies(node: Command) -> str:
    """The here-documents with which the text of a command ends."""
    match node:
        case Pipeline():
            return _bodies(node.stages[-1]) if node.stages else ""
        case AndOr():
            return _bodies(node.rest[-1][1])
        case Coprocess():
            return _bodies(node.command)
        case Sequence() | Background() | FunctionDefinition():
            return ""
        case _:
            return _documents(node.redirections)


def _pad(depth: int) -> str:
    return "    " * depth


def command(node: Command, depth: int) -> str:
    """One command; lines after the first are indented to `depth`."""
    pad = _pad(depth)
    match node:
        case SimpleCommand():
            return _simple(node)
        case Sequence():
            texts = [command(item, depth) for item in node.commands]
            ends = [" " if isinstance(item, Background) else "; " for item in node.commands[:-1]]
            return "".join(text + end for text, end in zip(texts, [*ends, ""], strict=True))
        case Pipeline():
            prefix = (f"{node.clock} " if node.clock else "") + ("! " if node.negated else "")
            merged = node.merged or (False,) * len(node.stages)
            stages = list(zip(node.stages, merged, strict=True))
            piped = [_connected(stage, " 2>&1" * both + " |", depth) + " " for stage, both in stages[:-1]]
            return prefix + "".join(piped) + "".join(command(stage, depth) for stage, _ in stages[-1:])
        case AndOr():
            items = (node.first, *(item for _, item in node.rest))
            rest = [
                _connected(item, f" {operator} ", depth) for item, (operator, _) in zip(items, node.rest, strict=False)
            ]
            return "".join(rest) + command(items[-1], depth)
        case Background():
            return _connected(node.command, " &", depth)
        case Subshell():
            inside = _block(node.body, depth).lstrip() if depth else _line(node.body)
            return f"( {inside} ){_redirections(node.redirections)}"
        case Group() if not depth:
            return f"{{ {_closed(_line(node.body))} }}{_redirections(node.redirections)}"
        case Group():
            return f"{{ \n{_block(node.body, depth + 1)}\n{pad}}}{_redirections(node.redirections)}"
        case If():
            return _if(node, depth) + _redirections(node.redirections)
        case While():
            keyword = "until" if node.until else "while"
            condition = _asked(node.condition, depth)
            body = _block(node.body, depth + 1, closed=True)
            return f"{keyword} {condition} do\n{body}\n{pad}done{_redirections(node.redirections)}"
        case For() | Select():
            keyword = "for" if isinstance(node, For) else "select"
            listed = '"$@"' if node.words is None else " ".join(word(w) for w in node.words)
            body = _block(node.body, depth + 1, closed=True)
            return f"{keyword} {node.name} in {listed};\n{pad}do\n{body}\n{pad}done{_redirections(node.redirections)}"
        case ArithmeticFor():
            head = "; ".join(w.source.strip() or "1" for w in (node.start, node.condition, node.step))
            body = _block(node.body, depth + 1, closed=True)
            return f"for (({head}))\n{pad}do\n{body}\n{pad}done{_redirections(node.redirections)}"
        case Case():
            return _case(node, depth) + _redirections(node.redirections)
        case Conditional():
            return f"[[ {_test(node.test)} ]]{_redirections(node.redirections)}"
        case ArithmeticCommand():
            return f"(({node.expression.source}))" + _redirections(node.redirections)
        case FunctionDefinition():
            return f"function {node.name} () \n{_function_body(node.body, depth)}"
        case Coprocess():
            return f"coproc {node.name} {command(node.command, depth)}"


def _simple(node: SimpleCommand) -> str:
    words = [_argument(item) for item in (*node.assignments, *node.words)]
    return " ".join(words) + _redirections(node.redirections) if words else _redirections(node.redirections).strip()


def _argument(item: Word | Assignment) -> str:
    if isinstance(item, Assignment):
        value = item.value
        return item.source.removesuffix(value.source) + word(value) if isinstance(value, Word) else item.source
    return word(item)


def word(node: Word) -> str:
    """A word as it was written, but for the commands in it: those are written out again, as bash 5.2 keeps them."""
    text, done, rest = node.source, "", 0
    for part in _rewritten(node.parts):
        written, shown = _quoted(part, text, rest) if isinstance(part, Quoted) else (part.source, "")
        start = text.find(written, rest)
        if start < 0:
            continue
        if isinstance(part, FileSubstitution):
            shown = f"$(< {word(part.target)})"
        elif isinstance(part, CommandSubstitution):
            inside = _inside(part.body)
            shown = f"$( {inside})" if inside.startswith("(") else f"$({inside})"
        done += text[rest:start] + shown
        rest = start + len(written)
    return done + text[rest:]


_ANSI_QUOTED = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)


def _quoted(part: Quoted, text: str, start: int) -> tuple[str, str]:
    """A `$'...'` as it stands in the text from `start` on, and as bash keeps it: in plain quotes."""
    found = (match for match in _ANSI_QUOTED.finditer(text, start) if ansi_c(match.group(1)) == part.text)
    match = next(found, None)
    return (match.group(), single_quoted(part.text)) if match else ("", "")


def _inside(node: Sequence) -> str:
    """The commands of a substitution: those that stood on lines of their own do so again."""
    text = ""
    for number, item in enumerate(node.commands):
        one = command(item, 0)
        apart = any(node.breaks[number + 1 : number + 2])
        text += f"{one}\n" if apart and not one.endswith(("&", "\n")) else f"{_closed(one)} "
    return text.removesuffix(" ").removesuffix(";")


def _rewritten(parts: tuple[Part, ...]) -> Iterator[CommandSubstitution | FileSubstitution | Quoted]:
    for part in parts:
        match part:
            case CommandSubstitution() | FileSubstitution():
                yield part
            case Quoted() if part.style == "$'":
                yield part
            case DoubleQuoted(_, _, inner):
                yield from _rewritten(inner)


def _if(node: If, depth: int) -> str:
    pad = _pad(depth)
    condition, body = node.branches[0]
    text = f"if {_asked(condition, depth)} then\n{_block(body, depth + 1, closed=True)}\n{pad}"
    if len(node.branches) > 1:
        rest = If(node.line, node.column, node.branches[1:], node.otherwise, (), "")
        return f"{text}else\n{_pad(depth + 1)}{_if(rest, depth + 1)};\n{pad}fi"
    if node.otherwise is not None:
        text += f"else\n{_block(node.otherwise, depth + 1, closed=True)}\n{pad}"
    return text + "fi"


def _case(node: Case, depth: int) -> str:
    pad = _pad(depth + 1)
    items = []
    for item in node.items:
        patterns = " | ".join(word(pattern) for pattern in item.patterns)
        body = _block(item.body, depth + 2)
        items.append(f"{pad}{patterns})\n{body}\n{pad}{item.terminator}\n")
    return f"case {word(node.subject)} in \n{''.join(items)}{_pad(depth)}esac"


def _test(node: Test) -> str:
    match node:
        case Unary(_, _, operator, operand, bare):
            return f"-n {word(operand)}" if bare else f"{operator} {word(operand)}"
        case Binary(_, _, operator, left, right):
            return f"{word(left)} {operator} {word(right)}"
        case Not(_, _, operand):
            return f"! {_test(operand)}"
        case Nested(_, _, operand):
            return f"( {_test(operand)} )"
        case Both(_, _, left, right):
            return f"{_test(left)} && {_test(right)}"
        case Either(_, _, left, right):
            return f"{_test(left)} || {_test(right)}"


def _redirections(items: tuple[Redirection, ...]) -> str:
    texts = []
    for item in items:
        descriptor = "" if item.descriptor is None else item.descriptor
        shown = f"{{{descriptor}}}" if isinstance(descriptor, str) and descriptor else descriptor
        if item.document is not None:
            texts.append(f" {shown}{item.operator}{word(item.target)}")
        elif item.operator in ("<&", ">&"):
            number = shown if shown != "" else 0 if item.operator == "<&" else 1
            texts.append(f" {number}{item.operator}{word(item.target)}")
        else:
            texts.append(f" {shown}{item.operator} {word(item.target)}")
    return "".join(texts) + _documents(items)


def _documents(items: tuple[Redirection, ...]) -> str:
    """The texts of here-documents, from the end of the line on."""
    documents = [item.document for item in items if item.document is not None]
    return "\n" * bool(documents) + "".join(f"{one.body.source}{one.delimiter}\n" for one in documents)
