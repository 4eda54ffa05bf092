"""What the locale makes of text: characters in UTF-8, bytes in the C locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def characters(shell: Shell, text: str) -> int:
    """How long a text is in this locale: characters in UTF-8, bytes in the C locale."""
    if text.isascii() or is_utf8(shell):
        return len(text)
    return len(text.encode("utf-8", "surrogateescape"))


def in_locale(shell: Shell, text: str) -> str:
    """The text as quoting sees it: in the C locale, characters beyond ASCII are unprintable bytes."""
    if text.isascii() or is_utf8(shell):
        return text
    return text.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")


def characters_of(text: str) -> str:
    """What was cut out of `in_locale` texts, with its bytes as characters again where they are some."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def is_utf8(shell: Shell) -> bool:
    locale = shell.get("LC_ALL") or shell.get("LC_CTYPE") or shell.get("LANG") or ""
    return "utf" in locale.lower()


def upper(text: str) -> str:
    """Capitals, a character for a character."""
    return text.upper() if text.isascii() else "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def swapped(text: str) -> str:
    """Capitals for small letters, and the other way round."""
    return "".join(upper(c) if c.islower() else lower(c) for c in text)
