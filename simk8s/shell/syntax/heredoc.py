"""Here-documents: the lines below the command, up to the delimiter."""

from __future__ import annotations

from msgspec.structs import force_setattr, replace

from simk8s.shell.syntax.context import DOCUMENT
from simk8s.shell.syntax.nodes import HereDocument
from simk8s.shell.syntax.parts import DoubleQuoted, Literal, Parameter, Part, Quoted, Word
from simk8s.shell.syntax.reader import Reader
from simk8s.shell.syntax.word import read_parts


def announce(reader: Reader, target: Word, strip_tabs: bool) -> HereDocument:
    """A document whose lines follow after the current line; `fill` reads them."""
    quoted = any(type(part) in (Quoted, DoubleQuoted) for part in target.parts)
    delimiter = _unquoted(target.parts) if quoted else target.source
    empty = Word(target.line, target.column, (), "", "")
    document = HereDocument(target.line, target.column, delimiter, quoted, strip_tabs, empty)
    reader.pending.append(document)
    return document


def _unquoted(parts: tuple[Part, ...]) -> str:
    texts = []
    for part in parts:
        if isinstance(part, DoubleQuoted):
            texts.append(_unquoted(part.parts))
        elif isinstance(part, Literal | Quoted):
            texts.append(part.text)
        else:
            texts.append(getattr(part, "source", ""))
    return "".join(texts)


def fill(reader: Reader) -> None:
    """Read the lines of all documents announced so far; the reader stands at the start of the first."""
    if not reader.pending:
        return
    waiting, reader.pending = reader.pending, []
    for document in waiting:
        body = _read_body(reader, document)
        force_setattr(document, "body", body)  # the one thing that is known later than its node


def _read_body(reader: Reader, document: HereDocument) -> Word:
    text, start = reader.text, reader.offset
    lines: list[str] = []
    offset = start
    while True:
        if offset >= len(text):
            _warn(reader, document, max(len(text) - 1, 0))
            reader.offset = offset
            break
        end = text.find("\n", offset)
        line_end = len(text) if end < 0 else end
        content = text[offset:line_end]
        offset = line_end + 1
        if not document.quoted:
            while _continues(content) and offset <= len(text) and end >= 0:
                end = text.find("\n", offset)
                line_end = len(text) if end < 0 else end
                content = content[:-1] + text[offset:line_end]
                offset = line_end + 1
        if document.strip_tabs:
            content = content.lstrip("\t")
        if content == document.delimiter:
            reader.offset = min(offset, len(text))
            break
        if reader.inside and content.startswith(document.delimiter + ")"):  # the `)` of `$( )` ends it, too
            _warn(reader, document, line_end)
            reader.offset = line_end - len(content) + len(document.delimiter)
            break
        lines.append(content + "\n")
        offset = min(offset, len(text))
    content = "".join(lines)
    line, column = reader.place(start)
    if document.quoted:
        return Word(line, column, (Quoted(line, column, content, "'"),), content, content)
    inner = Reader(content, reader.dialect, reader.extglob, first_line=line, nested=reader.nested, document=True)
    parts = tuple(_joined_by_blanks(part) for part in read_parts(inner, DOCUMENT))
    reader.warnings.extend(inner.warnings)
    constant = "".join(p.text for p in parts) if all(isinstance(p, Literal | Quoted) for p in parts) else None  # type: ignore[union-attr]
    return Word(line, column, parts, content, constant)


def _warn(reader: Reader, document: HereDocument, offset: int) -> None:
    ended = f"warning: here-document at line {document.line} delimited by end-of-file"
    warning = (reader.line_at(offset), f"{ended} (wanted `{document.delimiter}')")
    if warning not in reader.warnings:  # an assignment's value is read twice
        reader.warnings.append(warning)


def _joined_by_blanks(part: Part) -> Part:
    """Inside a document bash joins `$*` as it does `$@`, and so `${x[*]}` with an operator."""
    if isinstance(part, DoubleQuoted):
        return replace(part, parts=tuple(map(_joined_by_blanks, part.parts)))
    if not isinstance(part, Parameter):
        return part
    operands = tuple(replace(word, parts=tuple(map(_joined_by_blanks, word.parts))) for word in part.operands)
    part = replace(part, operands=operands)
    if part.name == "*":
        return replace(part, name="@")
    if part.operator in ("keys-*", "prefix-*"):
        return replace(part, operator=part.operator[:-1] + "@")
    changes = part.operator and part.operator.lstrip(":") not in ("-", "=", "?", "+", "length")
    if changes and part.subscript is not None and part.subscript.source == "*":
        return replace(part, subscript=replace(part.subscript, source="@"))
    return part


def _continues(line: str) -> bool:
    """The line ends in a backslash that is not itself quoted: it goes on in the next one."""
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1
