"""JSONPath templates as kubectl has them: `{.status.phase}`, `{range .items[*]}{.metadata.name}{"\\n"}{end}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simk8s.kubectl.failure import Failure
from simk8s.kubectl.serial import as_json

_TOKEN = re.compile(r'\{((?:[^{}"\']|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')*)\}')
_STEP = re.compile(
    r"""\.\.(?P<deep>[\w-]+|\*)
    |\.(?P<name>(?:[\w-]|\\.)+|\*)
    |\[(?P<inside>(?:[^\[\]"']|"[^"]*"|'[^']*'|\[[^\]]*\])*)\]""",
    re.VERBOSE,
)
_FILTER = re.compile(r"\?\(\s*@(?P<path>[^\s=!<>]*)\s*(?:(?P<operator>==|!=|<=|>=|<|>)\s*(?P<value>.+?))?\s*\)")


def render(template: str, data: Any) -> str:
    """The text of a template about `data`. A template without braces is one path. Raises Failure.

    >>> render('{.metadata.name}: {.status.conditions[?(@.type=="Ready")].status}',
    ...        {"metadata": {"name": "a"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    'a: True'
    """
    return _render(_tokens(relaxed(template)), data, data)


def relaxed(template: str) -> str:
    """`.status.phase` and `status.phase` stand for `{.status.phase}`."""
    if "{" in template:
        return template
    return "{" + (template if template.startswith(".") else f".{template}") + "}"


def values(template: str, data: Any) -> list[Any]:
    """What the first path of a template finds."""
    for kind, text in _tokens(relaxed(template)):
        if kind == "path":
            return _find(text, data, data)
    return []


def _tokens(template: str) -> list[tuple[str, str]]:
    """Literal text, paths, and the words `range` and `end`."""
    result = []
    position = 0
    for match in _TOKEN.finditer(template):
        if match.start() > position:
            result.append(("text", template[position : match.start()]))
        body = match[1].strip()
        if body[:1] in ("'", '"'):
            result.append(("text", body[1:-1].encode().decode("unicode_escape") if "\\" in body else body[1:-1]))
        elif body.startswith("range"):
            result.append(("range", body[5:].strip()))
        elif body == "end":
            result.append(("end", ""))
        else:
            result.append(("path", body))
        position = match.end()
    rest = template[position:]
    if "{" in rest:
        raise Failure(f"error parsing jsonpath {template}, unclosed action")
    return [*result, ("text", rest)] if rest else result


def _render(tokens: list[tuple[str, str]], data: Any, root: Any) -> str:
    parts: list[str] = []
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        if kind == "text":
            parts.append(text)
        elif kind == "path":
            parts.append(" ".join(_shown(value) for value in _find(text, data, root)))
        elif kind == "range":
            end = _matching_end(tokens, index)
            parts += [_render(tokens[index + 1 : end], value, root) for value in _find(text, data, root)]
            index = end
        index += 1
    return "".join(parts)


def _matching_end(tokens: list[tuple[str, str]], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"range": 1, "end": -1}.get(tokens[index][0], 0)
        if depth == 0:
            return index
    raise Failure("error parsing jsonpath: a range is not closed by {end}")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else as_json(value, indent=None)


def _find(path: str, data: Any, root: Any) -> list[Any]:
    body = path
    found = [data]
    if body[:1] == "$":
        found, body = [root], body[1:]
    elif body[:1] == "@":
        body = body[1:]
    position = 0
    while position < len(body):
        if body[position:] == ".":
            break
        match = _STEP.match(body, position)
        if not match:
            raise Failure(f"error parsing jsonpath {{{path}}}, unrecognized character in action: {body[position]!r}")
        found = [value for each in found for value in _step(match, each)]
        position = match.end()
    return found


def _step(match: re.Match[str], value: Any) -> list[Any]:
    if match["deep"]:
        return _everywhere(match["deep"], value)
    if match["name"]:
        return _named(match["name"].replace("\\", ""), value)
    return _bracket(match["inside"].strip(), value)


def _named(name: str, value: Any) -> list[Any]:
    if name == "*":
        return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    return [value[name]] if isinstance(value, dict) and value.get(name) is not None else []


def _everywhere(name: str, value: Any) -> list[Any]:
    found = _named(name, value)
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [entry for child in children for entry in _everywhere(name, child)]


def _bracket(inside: str, value: Any) -> list[Any]:
    if inside == "*":
        return _named("*", value)
    if inside[:1] in ("'", '"'):
        return _named(inside[1:-1], value)
    if inside.startswith("?"):
        match = _FILTER.fullmatch(inside)
        if not match:
            raise Failure(f"error parsing jsonpath, unrecognized filter [{inside}]")
        return [entry for entry in (value if isinstance(value, list) else []) if _passes(match, entry)]
    if not isinstance(value, list):
        return []
    if ":" in inside:
        bounds = [int(part) if part else None for part in inside.split(":")]
        return value[slice(*bounds)]
    try:
        return [value[int(part)] for part in inside.split(",")]
    except (ValueError, IndexError) as error:
        if isinstance(error, IndexError):
            raise Failure(f"array index out of bounds: index {inside}, length {len(value)}") from error
        raise Failure(f"error parsing jsonpath, invalid array index {inside}") from error


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _passes(match: re.Match[str], entry: Any) -> bool:
    found = _find(match["path"], entry, entry)
    if not match["operator"]:
        return bool(found)
    if not found:
        return False
    wanted: Any = match["value"].strip()
    if wanted[:1] in ("'", '"'):
        wanted = wanted[1:-1]
    elif wanted in ("true", "false"):
        wanted = wanted == "true"
    else:
        wanted = float(wanted)
    try:
        return _COMPARISONS[match["operator"]](found[0], wanted)
    except TypeError:
        return False
