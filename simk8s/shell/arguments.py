"""Words as arguments: what they expand to is split into fields, and matched against file names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simk8s.shell import expansion
from simk8s.shell.limit import MOST_WORDS, too_many
from simk8s.shell.splitting import QUOTED, Piece, fields, named, split
from simk8s.shell.syntax.parts import DoubleQuoted, Parameter, Part, Word
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_SPLIT_OR_GLOB = frozenset(" \t\n*?[\\")


def expand_words(shell: Shell, words: Iterable[Word]) -> Run[list[str]]:
    """Words as arguments: everything expands, is split, and matched against file names."""
    found: list[list[Piece]] = []
    for word in words:
        for one in word.alternatives if word.alternatives and shell.options.braceexpand else (word,):
            if one.waits:
                found += split((yield from expansion.expand_pieces(shell, one)), shell.ifs)
            elif one.constant is None:
                found += split(expansion.pieces_now(shell, one.parts), shell.ifs)
            elif one.parts:
                found.append([(one.constant, QUOTED)])
    result = named(shell, found)  # all substitutions are over: their files are there
    if len(result) > MOST_WORDS:
        raise too_many("a command")
    return result


def words_now(shell: Shell, words: Iterable[Word]) -> list[str]:
    """The same for words that cannot wait."""
    result: list[str] = []
    for word in words:
        constant = word.constant
        if constant is not None:
            result.append(constant)
            continue
        if word.alternatives and shell.options.braceexpand:
            for alternative in word.alternatives:
                result.extend(_alternative_now(shell, alternative))
            continue
        parts = word.parts
        if len(parts) == 1:
            quick = _quick(shell, parts[0])
            if quick is not None:
                result.append(quick)
                continue
        result.extend(fields(shell, expansion.pieces_now(shell, parts)))
    if len(result) > MOST_WORDS:
        raise too_many("a command")
    return result


def _alternative_now(shell: Shell, word: Word) -> list[str]:
    if word.constant is None:
        return fields(shell, expansion.pieces_now(shell, word.parts))
    return [word.constant] if word.parts else []


def _quick(shell: Shell, part: Part) -> str | None:
    """The one field that a lone `$name`, `"$name"` or `"text $name"` becomes; None where more may happen."""
    kind = type(part)
    if kind is Parameter:
        value = expansion.plain_value(shell, part)  # type: ignore[arg-type]
        if value and "IFS" in shell.names and shell.names["IFS"].value == " \t\n" and not (_SPLIT_OR_GLOB & set(value)):
            return None if shell.options.extglob and "(" in value else value
        return None
    if kind is DoubleQuoted:
        return expansion.quick_string(shell, part.parts)  # type: ignore[union-attr]
    return None
