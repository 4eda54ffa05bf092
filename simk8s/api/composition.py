"""YAML text to plain data, with the place of every value, under the rules by which Kubernetes reads YAML.

Those are YAML 1.1 as Go's reader has it: `y` and `on` are booleans, `0755` is octal, dates stay text, keys become text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from simk8s.api.script_place import ScriptPlace, script_place
from simk8s.errors import Place, SimError

if TYPE_CHECKING:
    import yaml

Path: TypeAlias = tuple[str | int, ...]

LIMIT_NODES = 1_000_000
"""More values than this in one document are refused: aliases of aliases grow without bound."""


class BrokenYaml(SimError):
    """YAML that cannot be read. `problem` is the reader's own short text, which kubectl repeats."""

    def __init__(self, code: str, message: str, problem: str, place: Place, hint: str = "") -> None:
        super().__init__(code, message, place=place, hint=hint)
        self.problem = problem


@dataclass(slots=True)
class Document:
    """One YAML document: its data, where each value and each key stands, and where its texts' contents stand."""

    data: Any
    place: Place
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    scripts: dict[Path, ScriptPlace] = field(default_factory=dict)


def documents(text: str, file: str) -> Iterator[Document]:
    """The documents of `text`, empty ones left out. Raises BrokenYaml with the place."""
    import yaml

    if text.lstrip()[:1] in ("{", "["):
        text = text.replace("\t", " ")  # JSON may be indented by tabs, and has no tab inside a string
    lines = text.splitlines()
    loader = _loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None and not (isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~")):
                yield _Builder(file, lines).document(node)
    except yaml.MarkedYAMLError as error:
        raise _broken(error, file, lines) from error
    except yaml.YAMLError as error:
        problem = str(getattr(error, "reason", error))
        raise BrokenYaml("SK104", f"this is not a YAML file: {problem}", problem, Place(file, 1)) from error
    finally:
        loader.dispose()


PLAIN = "!plain"
"""The tag that this reader gives to unquoted scalars, to resolve them by Go's rules itself."""


def _loader(text: str) -> Any:
    import yaml
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.resolver import BaseResolver
    from yaml.scanner import Scanner

    class PlainScalars(BaseResolver):
        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
            if kind is yaml.ScalarNode and implicit[0]:
                return PLAIN
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]

    if yaml.__with_libyaml__:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        class Compiled(CParser, PlainScalars):
            def __init__(self, stream: str) -> None:
                CParser.__init__(self, stream)
                PlainScalars.__init__(self)

        return Compiled(text)

    class Pure(Reader, Scanner, Parser, Composer, PlainScalars):
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)
            PlainScalars.__init__(self)

    return Pure(text)


class _Builder:
    """Builds one document's data out of its nodes."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.count = 0
        self.open: list[Any] = []

    def document(self, node: yaml.Node) -> Document:
        self.result = Document(None, self.place(node))
        self.result.data = self.value(node, ())
        return self.result

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def value(self, node: Any, path: Path) -> Any:
        self.count += 1
        if self.count > LIMIT_NODES or node in self.open:
            what = "an alias that contains itself" if node in self.open else f"more than {LIMIT_NODES} values"
            raise BrokenYaml("SK113", f"the document has {what}", f"document contains {what}", self.place(node))
        self.result.values[path] = self.place(node)
        if node.id == "scalar":
            return self.scalar(node, path)
        self.open.append(node)
        try:
            if node.id == "sequence":
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            return self.mapping(node, path)
        finally:
            self.open.pop()

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        value = resolve(node.value) if node.tag == PLAIN else _tagged(node)
        if isinstance(value, str) and value:
            self.result.scripts[path] = script_place(value, node, self.file, self.lines)
        return value

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == PLAIN and key_node.value == "<<":
                for source in value_node.value if value_node.id == "sequence" else [value_node]:
                    fields = self.value(source, path)
                    if not isinstance(fields, dict):
                        problem = "map merge requires map or sequence of maps as the value"
                        raise BrokenYaml("SK104", problem, problem, self.place(value_node))
                    merged = {**fields, **merged}
                continue
            key = self.key(key_node)
            inside = (*path, key)
            if key in result:
                first = self.result.keys[inside].line
                raise BrokenYaml(
                    "SK106",
                    f'the key "{key}" is written twice in one mapping, first in line {first}',
                    f'key "{key}" already set in map',
                    self.place(key_node),
                    hint="keep one of the two; where a list was meant, begin each entry with `- `",
                )
            self.result.keys[inside] = self.place(key_node)
            result[key] = self.value(value_node, inside)
        return {**merged, **result} if merged else result

    def key(self, node: Any) -> str:
        if node.id != "scalar":
            problem = "a key must be a plain text, not a list or a mapping"
            raise BrokenYaml(
                "SK104",
                problem,
                "invalid map key",
                self.place(node),
                hint="a template placeholder such as {{ name }} must be filled in before the file is applied",
            )
        if node.tag != PLAIN:
            return str(node.value)
        value = resolve(node.value)
        if isinstance(value, bool):
            return "true" if value else "false"  # a key `on:` arrives in the API as "true"
        return "null" if value is None else str(value)


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolve(text: str) -> Any:
    """What an unquoted scalar means.

    >>> [resolve(text) for text in ("0755", "yes", "1e3", "08", "2024-01-01", "12:30")]
    [493, True, 1000, 8, '2024-01-01', '12:30']
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        body = digits.lstrip("+-")
        if len(body) > 1 and body[0] == "0" and body[1].isdigit():
            body = "0o" + body[1:]
        number = int(body, 0)
        return -number if digits[0] == "-" else number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return int(value) if value.is_integer() and abs(value) < 1e21 else value  # as it reads after a way through JSON
    return text


def _tagged(node: yaml.ScalarNode) -> Any:
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "str" | "!" | "binary" | "timestamp":
            return node.value
        case "int" | "float" | "bool" | "null":
            return resolve(node.value)
        case _:
            return node.value


def _broken(error: Any, file: str, lines: list[str]) -> BrokenYaml:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = str(error.problem or "not valid YAML")
    text = lines[line - 1] if line <= len(lines) else ""
    place = Place(file, line, column)
    go_problem = f"line {line}: {problem}" if line > 1 else problem  # Go counts from 0, and takes that for no line
    before = text[: len(text) - len(text.lstrip())]
    if "\t" in before or "\\t" in problem:
        return BrokenYaml(
            "SK105",
            "a tab stands where YAML allows only spaces",
            f"line {line}: found character that cannot start any token",
            place,
            hint="indent with spaces; most editors can convert tabs",
        )
    message = f"this is not valid YAML: {problem}"
    if error.context:
        message += f" ({error.context}"
        message += f", which began in line {error.context_mark.line + 1})" if error.context_mark else ")"
    return BrokenYaml(
        "SK104", message, go_problem, place, hint=_HINTS.get(problem, "look at this line and the one above it")
    )


_HINTS = {
    "mapping values are not allowed in this context": (
        "either this line is indented too far, or a text with a colon in it needs quotes"
    ),
    "did not find expected key": "check the indentation of this line against its neighbours above",
    "could not find expected ':'": "a key needs a colon and a space after it",
    "found unexpected end of stream": "a quote or a bracket that was opened is never closed",
    "did not find expected '-' indicator": "an entry of the list above must begin with `- ` in the same column",
    "did not find expected ',' or ']'": "the list that was opened with `[` is not closed",
    "did not find expected ',' or '}'": "the mapping that was opened with `{` is not closed",
}
