"""Shell patterns (`*`, `?`, `[...]`, extended ones) as regular expressions.

A pattern is text in which a backslash takes the meaning from the next character; what was quoted in the script has
such backslashes. Matching is what `fnmatch(3)` does: the whole subject, or the shortest or longest part at one end.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from simk8s.shell.group import Any, Characters, Group, Grouped, Sequence
from simk8s.shell.shape import Pieces, Shape

_CLASSES = {
    "alnum": r"\p{L}\p{N}",
    "alpha": r"\p{L}",
    "ascii": r"\x00-\x7f",
    "blank": r" \t",
    "cntrl": r"\p{Cc}",
    "digit": r"0-9",
    "graph": r"\p{L}\p{M}\p{N}\p{P}\p{S}",
    "lower": r"\p{Ll}",
    "print": r"\p{L}\p{M}\p{N}\p{P}\p{S} ",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": r"\p{Lu}",
    "word": r"\p{L}\p{N}_",
    "xdigit": r"0-9A-Fa-f",
}

_OPERATORS = "?*+@!"


def quote_pattern(text: str) -> str:
    """`text` with a backslash before each character that means something in a pattern."""
    if text.isalnum():
        return text
    return "".join("\\" + c if c in "\\*?[]()|!+@^-:" else c for c in text)


def has_magic(pattern: str, extglob: bool = False) -> bool:
    """Whether an unquoted glob character is in the pattern, so that it can match more than one text."""
    skip = False
    for index, character in enumerate(pattern):
        if skip:
            skip = False
            continue
        skip = character == "\\"
        rest = pattern[index + 1 :]
        if character in "*?" or (character == "[" and "]" in rest):
            return True
        if extglob and character in "+@!" and rest.startswith("("):
            return True
    return False


def literal_text(pattern: str) -> str:
    """A pattern without magic as the text that it matches."""
    if "\\" not in pattern:
        return pattern
    result = []
    skip = False
    for character in pattern:
        if character == "\\" and not skip:
            skip = True
            continue
        result.append(character)
        skip = False
    return "".join(result) + ("\\" if skip else "")


@lru_cache(maxsize=4096)
def compiled(
    pattern: str, *, extglob: bool = True, ignore_case: bool = False, path: bool = False
) -> regex.Pattern[str] | Grouped:
    """What tells whether a pattern matches. `path`: no wildcard matches a `/`."""
    if not path:
        shape = _shape(pattern, extglob, ignore_case)
        return _grouped(pattern, extglob, ignore_case) if shape is None else shape.longest
    pieces = _Translator(pattern, extglob, path, ignore_case).pieces()
    if pieces is None:
        return _grouped(pattern, extglob, ignore_case, path)
    first, *rest = ("".join(piece) for piece in pieces)
    between = [piece for number, piece in enumerate(rest, 1) if piece or number == len(rest)]  # `**` is one `*`
    return regex.compile("[^/]*".join([first, *between]), _flags(ignore_case))


@lru_cache(maxsize=4096)
def _grouped(pattern: str, extglob: bool, ignore_case: bool = False, path: bool = False) -> Grouped:
    return Grouped(_Translator(pattern, extglob, path, ignore_case).sequence(_flags(ignore_case), nested=False))


@lru_cache(maxsize=4096)
def _shape(pattern: str, extglob: bool, ignore_case: bool = False) -> Shape | None:
    """The pattern as one that matches without going back, unless it has groups."""
    pieces = _Translator(pattern, extglob, False, ignore_case).pieces()
    return None if pieces is None else Shape(pieces, _flags(ignore_case))


def _flags(ignore_case: bool) -> int:
    return regex.DOTALL | regex.V0 | (regex.IGNORECASE if ignore_case else 0)


def matches(pattern: str, subject: str, *, extglob: bool = True, ignore_case: bool = False) -> bool:
    """Whether the whole subject matches.

    >>> matches("*.cnf", "master.cnf"), matches("!(a|b)", "a")
    (True, False)
    """
    return compiled(pattern, extglob=extglob, ignore_case=ignore_case).fullmatch(subject) is not None


def remove_prefix(subject: str, pattern: str, *, longest: bool, extglob: bool = True) -> str:
    """`${subject#pattern}`, or with `##` the longest match."""
    if not has_magic(pattern, extglob):
        return subject.removeprefix(literal_text(pattern))
    shape = _shape(pattern, extglob)
    if shape is not None:
        length = shape.prefix(subject, longest=longest)
        return subject if length is None else subject[length:]
    ends = _grouped(pattern, extglob).ends(subject)
    return subject[max(ends) if longest else min(ends) :] if ends else subject


def remove_suffix(subject: str, pattern: str, *, longest: bool, extglob: bool = True) -> str:
    """`${subject%pattern}`, or with `%%` the longest match."""
    if not has_magic(pattern, extglob):
        return subject.removesuffix(literal_text(pattern))
    shape = _shape(pattern, extglob)
    if shape is not None:
        return subject[: shape.suffix(subject, longest=longest)]
    expression = _grouped(pattern, extglob)
    starts = range(len(subject) + 1) if longest else range(len(subject), -1, -1)
    for start in starts:
        if expression.fullmatch(subject, start):
            return subject[:start]
    return subject


def replace(
    subject: str,
    pattern: str,
    replacement: list[str | None] | None,
    *,
    anchor: str = "",
    everywhere: bool = False,
    extglob: bool = True,
    ignore_case: bool = False,
) -> str:
    """`${subject/pattern/replacement}`. None in the replacement stands for what was matched.

    `anchor` is `#` (at the start) or `%` (at the end).
    """
    if not pattern:
        if anchor:
            put = _put(replacement, "")
            return put + subject if anchor == "#" else subject + put
        return subject
    if anchor == "%" and subject:
        begin = _longest_at_end(subject, pattern, extglob, ignore_case)
        return subject if begin is None else subject[:begin] + _put(replacement, subject[begin:])
    if not subject:
        empty = (pattern.startswith("*") or anchor == "%") and matches(pattern, "", extglob=extglob)
        return _put(replacement, "") if empty else ""
    result = []
    position = 0
    while position < len(subject):
        found = _longest_at_or_after(subject, pattern, position, extglob, ignore_case, anchored=anchor == "#")
        if found is None:
            break
        start, end = found
        result.append(subject[position:start])
        result.append(_put(replacement, subject[start:end]))
        position = end
        if not everywhere:
            break
        if start == end:  # after an empty match one character is stepped over
            result.append(subject[position : position + 1])
            position += 1
    result.append(subject[position:])
    return "".join(result)


def _put(replacement: list[str | None] | None, matched: str) -> str:
    return "".join(matched if text is None else text for text in replacement or ())


def _longest_at_end(subject: str, pattern: str, extglob: bool, ignore_case: bool) -> int | None:
    shape = _shape(pattern, extglob, ignore_case)
    if shape is not None:
        return shape.suffix(subject, longest=True)
    expression = _grouped(pattern, extglob, ignore_case)
    return next((start for start in range(len(subject) + 1) if expression.fullmatch(subject, start)), None)


def _longest_at_or_after(
    subject: str, pattern: str, position: int, extglob: bool, ignore_case: bool, *, anchored: bool
) -> tuple[int, int] | None:
    if not has_magic(pattern, extglob) and not ignore_case:
        text = literal_text(pattern)
        start = subject.find(text, position)
        if start < 0 or (anchored and start != 0):
            return None
        return start, start + len(text)
    shape = _shape(pattern, extglob, ignore_case)
    if shape is not None:
        if not anchored:
            return shape.find(subject, position)
        length = shape.prefix(subject, longest=True)
        return None if length is None or position else (0, length)
    expression = _grouped(pattern, extglob, ignore_case)
    starts = (position,) if anchored else range(position, len(subject) + 1)
    for start in starts:
        ends = expression.ends(subject, start)
        if ends:
            return start, max(ends)
    return None


class _Translator:
    def __init__(self, pattern: str, extglob: bool, path: bool, ignore_case: bool) -> None:
        self.pattern = pattern
        self.extglob = extglob
        self.ignore_case = ignore_case
        self.any = "[^/]" if path else "."
        self.offset = 0

    def pieces(self) -> Pieces | None:
        """What stands between the `*`, a regular expression a character; None where there are groups."""
        pieces: list[tuple[str, ...]] = []
        piece: list[str] = []
        while self.offset < len(self.pattern):
            if self._at_group():
                return None
            if self.pattern[self.offset] == "*":
                self.offset += 1
                pieces.append(tuple(piece))
                piece = []
            else:
                piece.append(self._one())
        return (*pieces, tuple(piece))

    def _one(self) -> str:
        """What matches one character."""
        character = self.pattern[self.offset]
        following = self.pattern[self.offset + 1 : self.offset + 2]
        self.offset += 1
        if character == "?":
            return self.any
        if character == "[":
            return self._bracket()
        if character == "\\":
            self.offset += len(following)
            return regex.escape(following) if following else r"\\"
        return regex.escape(character)

    def sequence(self, flags: int, *, nested: bool) -> Sequence:
        """The pattern as parts, for one with groups in it."""
        pattern = self.pattern
        parts: list[Characters | Any | Group] = []
        run: list[str] = []

        def end_run() -> None:
            if run:
                parts.append(Characters(regex.compile("".join(run), flags), len(run)))
                run.clear()

        while self.offset < len(pattern):
            character = pattern[self.offset]
            if nested and character in "|)":
                break
            if self._at_group():
                end_run()
                parts.append(self._group(flags))
            elif character == "*":
                end_run()
                self.offset += 1
                parts.append(Any(regex.compile(self.any + "*", flags)))
            else:
                run.append(self._one())
        end_run()
        return tuple(parts)

    def _group(self, flags: int) -> Group:
        operator = self.pattern[self.offset]
        self.offset += 2
        choices = [self.sequence(flags, nested=True)]
        while self.pattern[self.offset : self.offset + 1] == "|":
            self.offset += 1
            choices.append(self.sequence(flags, nested=True))
        self.offset += 1
        return Group(operator, tuple(choices))

    def _at_group(self) -> bool:
        following = self.pattern[self.offset + 1 : self.offset + 2]
        return self.extglob and self.pattern[self.offset] in _OPERATORS and following == "(" and self._closes()

    def _closes(self) -> bool:
        depth = 0
        skip = False
        for character in self.pattern[self.offset + 1 :]:
            if skip:
                skip = False
            elif character == "\\":
                skip = True
            elif character == "(":
                depth += 1
            elif character == ")":
                depth -= 1
                if depth == 0:
                    return True
        return False

    def _bracket(self) -> str:
        """`[...]`; where it has no end, the `[` is an ordinary character."""
        pattern = self.pattern
        offset = self.offset
        negated = pattern[offset : offset + 1] in ("!", "^")
        offset += negated
        members: list[str] = []
        classes: list[str] = []
        first = True
        while True:
            if offset >= len(pattern) or (pattern[offset] == "/" and self.any != "."):
                return r"\["
            character = pattern[offset]
            if character == "]" and not first:
                break
            first = False
            if character == "[" and pattern[offset + 1 : offset + 2] in (":", ".", "="):
                kind = pattern[offset + 1]
                end = pattern.find(kind + "]", offset + 2)
                if end > 0:
                    name = pattern[offset + 2 : end]
                    offset = end + 2
                    if kind == ":":
                        classes.append(_CLASSES.get(name, ""))
                    else:
                        members.append(_escaped(name))
                    continue
            if character == "\\" and offset + 1 < len(pattern):
                offset += 1
                character = pattern[offset]
            offset += 1
            following = pattern[offset + 1 : offset + 2]
            if pattern[offset : offset + 1] == "-" and following and following != "]":
                end_character = following
                offset += 2
                if end_character == "\\" and offset < len(pattern):
                    end_character = pattern[offset]
                    offset += 1
                if character <= end_character:
                    members.append(f"{_escaped(character)}-{_escaped(end_character)}")
                continue
            members.append(_escaped(character))
        self.offset = offset + 1
        if self.any != "." and negated:
            members.append("/")
        of_class, inside = "".join(classes), "".join(members)
        if self.ignore_case and of_class:  # a class asks for the character as it is: `[:upper:]` for a capital letter
            one = f"(?-i:[{of_class}])" + (f"|[{inside}]" if inside else "")
            return f"(?:(?!{one}).)" if negated else f"(?:{one})"
        inside += of_class
        if not inside:
            return "." if negated else "(?!)"
        return f"[{'^' if negated else ''}{inside}]"


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\]^-[&~|" else c for c in text)
