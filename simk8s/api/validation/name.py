"""The shapes of names, label keys and values, in the API server's own words. Each function tells what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_QUALIFIED})?"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"

_LABEL_PATTERN = re.compile(_LABEL)
_LABEL_1035_PATTERN = re.compile(_LABEL_1035)
_SUBDOMAIN_PATTERN = re.compile(_SUBDOMAIN)
_QUALIFIED_PATTERN = re.compile(_QUALIFIED)
_VALUE_PATTERN = re.compile(_VALUE)
_CONFIG_KEY_PATTERN = re.compile(_CONFIG_KEY)


def _remembered(shape: Callable[[str], Iterator[str]]) -> Callable[[str], tuple[str, ...]]:
    """Every write of an object shows the same few names, keys and values again."""

    @wraps(shape)
    @lru_cache(maxsize=1024)
    def told(name: str) -> tuple[str, ...]:
        return tuple(shape(name))

    return told


@_remembered
def dns_label(name: str) -> Iterator[str]:
    """RFC 1123 label: Pods' containers, volumes, StatefulSets, namespaces."""
    yield from _length(name, 63)
    if not _LABEL_PATTERN.fullmatch(name):
        yield (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
            "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            f"'{_LABEL}')"
        )


@_remembered
def dns_1035_label(name: str) -> Iterator[str]:
    """RFC 1035 label: Services."""
    yield from _length(name, 63)
    if not _LABEL_1035_PATTERN.fullmatch(name):
        yield (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
            f"validation is '{_LABEL_1035}')"
        )


@_remembered
def dns_subdomain(name: str) -> Iterator[str]:
    """RFC 1123 subdomain: what most objects may be called."""
    yield from _length(name, 253)
    if not _SUBDOMAIN_PATTERN.fullmatch(name):
        yield (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            f"'{_SUBDOMAIN}')"
        )


def path_segment(name: str) -> Iterator[str]:
    """Roles and role bindings may have any name that fits into a URL."""
    if name in (".", ".."):
        yield f"may not be '{name}'"
    for character in "/%":
        if character in name:
            yield f"may not contain '{character}'"


@_remembered
def qualified_name(name: str) -> Iterator[str]:
    """A label's or an annotation's key: a name, perhaps after a DNS prefix and a slash."""
    prefix, slash, rest = name.rpartition("/")
    if slash and "/" not in prefix:
        if not prefix:
            yield "prefix part must be non-empty"
        yield from (f"prefix part {why}" for why in dns_subdomain(prefix) if prefix)
    elif slash:
        prefixed = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        yield f"a qualified name {_qualified_shape()} {prefixed}"
        return
    if not rest:
        yield "name part must be non-empty"
    elif len(rest) > 63:
        yield "name part must be no more than 63 characters"
    if not _QUALIFIED_PATTERN.fullmatch(rest):
        yield f"name part {_qualified_shape()}"


def _qualified_shape() -> str:
    return (
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        f"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}')"
    )


@_remembered
def label_value(value: str) -> Iterator[str]:
    yield from _length(value, 63)
    if not _VALUE_PATTERN.fullmatch(value):
        yield (
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
            f"validation is '{_VALUE}')"
        )


def config_key(key: str) -> Iterator[str]:
    """A key of a ConfigMap or a Secret: it becomes a file name."""
    yield from _length(key, 253)
    if not _CONFIG_KEY_PATTERN.fullmatch(key):
        yield (
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
            f"'KEY_NAME',  or 'key-name', regex used for validation is '{_CONFIG_KEY}')"
        )
    if key in (".", "..") or key.startswith(".."):
        yield f"must not be '{key}'" if key in (".", "..") else "must not start with '..'"


def env_name(name: str) -> Iterator[str]:
    if not all(" " <= character <= "~" and character != "=" for character in name):
        yield "a valid environment variable name must consist only of printable ASCII characters other than '='"


def port_name(name: str) -> Iterator[str]:
    """An IANA service name."""
    yield from _length(name, 15)
    if not re.fullmatch("[-a-z0-9]+", name):
        yield "must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search("[a-z]", name):
        yield "must contain at least one letter (a-z)"
    if "--" in name:
        yield "must not contain consecutive hyphens"
    if name.startswith("-") or name.endswith("-"):
        yield "must not begin or end with a hyphen"


def _length(name: str, limit: int) -> Iterator[str]:
    if len(name) > limit:
        yield f"must be no more than {limit} characters"
