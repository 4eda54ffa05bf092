"""The tests inside `[[ ]]`, by precedence: `||`, `&&`, `!`, parentheses, operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.syntax.context import REGEX
from simk8s.shell.syntax.nodes import Binary, Both, Either, Nested, Not, Test, Unary
from simk8s.shell.syntax.parts import Word
from simk8s.shell.syntax.reader import ShellSyntaxError
from simk8s.shell.syntax.token import END, NEWLINE, OPERATOR, WORD_TOKEN, Token, read_token

if TYPE_CHECKING:
    from simk8s.shell.syntax.grammar import Grammar

UNARY = frozenset(f"-{letter}" for letter in "abcdefghknoprstuvwxzGLNORS")
BINARY = frozenset(["=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"])


def read_test(grammar: Grammar) -> Test:
    """Everything up to and including `]]`."""
    test = _either(grammar)
    token = grammar.peek()
    if token.kind == END:
        raise ShellSyntaxError("unexpected EOF while looking for `]]'", *grammar.reader.place(token.offset))
    if not grammar.at_word("]]"):
        raise _error(grammar, f"syntax error in conditional expression: unexpected token `{_name(token)}'")
    grammar.take()
    return test


def _either(grammar: Grammar) -> Test:
    left = _both(grammar)
    if grammar.at("||"):
        token = grammar.take()
        grammar.skip_newlines()
        return Either(*grammar.reader.place(token.offset), left, _either(grammar))
    return left


def _both(grammar: Grammar) -> Test:
    left = _term(grammar)
    if grammar.at("&&"):
        token = grammar.take()
        grammar.skip_newlines()
        return Both(*grammar.reader.place(token.offset), left, _both(grammar))
    return left


def _term(grammar: Grammar) -> Test:
    grammar.skip_newlines()
    token = grammar.peek()
    place = grammar.reader.place(token.offset)
    test: Test
    if token.kind == OPERATOR and token.text == "(" and token.descriptor is None:
        grammar.take()
        test = Nested(*place, _parenthesized(grammar))
        if not grammar.at(")"):
            raise _error(grammar, f"unexpected token `{_name(grammar.peek())}', expected `)'")
        grammar.take()
    elif token.kind != WORD_TOKEN or token.text == "]]":
        if token.kind == END:
            raise grammar.reader.early_end()
        error = _error(grammar, f"unexpected token `{_name(token)}' in conditional command", token)
        error.told = token.text != "]]"
        raise error
    elif token.text == "!":
        grammar.take()
        test = Not(*place, _term(grammar))
    else:
        test = _operators(grammar, grammar.take())
    grammar.skip_newlines()
    return test


def _parenthesized(grammar: Grammar) -> Test:
    """What stands behind a `(`; bash complains of an error in it, and then of the `)` that it has not found."""
    try:
        return _either(grammar)
    except ShellSyntaxError as error:
        if error.status is None and error.told:
            error.second = "expected `)'"
        elif error.status is None:
            error.message, error.told = "expected `)'", True
        raise


def _operators(grammar: Grammar, first: Token) -> Test:
    """A test that begins with the word `first`."""
    assert first.word is not None
    place = grammar.reader.place(first.offset)
    if first.text in UNARY:
        following = grammar.peek()
        if not (following.kind == WORD_TOKEN and following.text in BINARY):
            if following.kind != WORD_TOKEN or following.word is None or following.text == "]]":
                if following.kind == WORD_TOKEN or not _ends_operand(following):
                    raise _error(
                        grammar, f"unexpected argument `{_name(following)}' to conditional unary operator", following
                    )
            else:
                return Unary(*place, first.text, _taken(grammar))
    following = grammar.peek()
    if following.kind == WORD_TOKEN and following.text in BINARY:
        grammar.take()
        return Binary(*place, following.text, first.word, _right_side(grammar, following.text))
    if following.kind == OPERATOR and following.text in "<>" and following.descriptor is None:
        grammar.take()
        return Binary(*place, following.text, first.word, _right_side(grammar, following.text))
    if grammar.at_word("]]") or _ends_operand(following):
        return Unary(*place, "-n", first.word, bare=True)
    if following.kind == WORD_TOKEN:
        raise _error(grammar, "conditional binary operator expected", following)
    raise _error(grammar, f"unexpected token `{_name(following)}', conditional binary operator expected", following)


def _ends_operand(token: Token) -> bool:
    return token.kind == OPERATOR and token.text in ("&&", "||", ")")


def _right_side(grammar: Grammar, operator: str) -> Word:
    reader = grammar.reader
    saved = reader.extglob
    if operator == "=~":
        token = read_token(reader, REGEX)
    else:
        reader.extglob = saved or operator in ("=", "==", "!=")
        try:
            token = grammar.take()
        finally:
            reader.extglob = saved
    if token.kind != WORD_TOKEN or token.word is None or token.text == "]]":
        raise _error(grammar, f"unexpected argument `{_name(token)}' to conditional binary operator", token)
    return token.word


def _taken(grammar: Grammar) -> Word:
    word = grammar.take().word
    assert word is not None
    return word


def _name(token: Token) -> str:
    return "EOF" if token.kind == END else "newline" if token.kind == NEWLINE else token.text


def _error(grammar: Grammar, message: str, token: Token | None = None) -> ShellSyntaxError:
    token = token or grammar.peek()
    error = ShellSyntaxError(message, *grammar.reader.place(token.offset))
    error.status = None  # `bash -c` ends with the status of the command before
    return error
