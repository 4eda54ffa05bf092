"""getopt: puts a script's options in order."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.tool import tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("getopt", trouble=2)
def getopt(process: Process) -> Run[int]:
    """util-linux's getopt: `getopt -o ab: --long flag,value: -n NAME -- "$@"`, and the old `getopt ab: "$@"`."""
    options = parse(
        process.argv,
        "o,options: l,longoptions: n,name: q,quiet Q,quiet-output a,alternative T,test u,unquoted s,shell:",
        permute=False,
    )
    if "T" in options:
        return 4
    words = list(options.operands)
    short = options["o"]
    quoted = "o" in options and "u" not in options
    if "o" not in options:
        if not words:
            raise UsageError("missing optstring argument")
        short = words.pop(0)
        words = words[1:] if words[:1] == ["--"] else words
    known = " ".join([*_short(short), *_long(options.all("l"))])
    name = options["n"] or "getopt"
    status = 0
    try:
        parsed = parse([name, *words], known, permute=not short.startswith("+"))
        given, operands = parsed.given, parsed.operands
    except UsageError as error:
        given, operands, status = (), [], 1
        yield from process.write(2, f"{name}: {error.message}\n".encode())
    except Unmodelled as unknown:
        given, operands, status = (), [], 1
        option = unknown.what.removeprefix("option ").strip("'")
        kind = f"unrecognized option '{option}'" if option.startswith("--") else f"invalid option -- '{option[1:]}'"
        yield from process.write(2, f"{name}: {kind}\n".encode())
    parts: list[str] = []
    valued = {item.rstrip(":") for item in known.split() if item.endswith(":")}
    for option, value in given:
        parts.append(f"-{option}" if len(option) == 1 else f"--{option}")
        if option in valued:
            parts.append(_quote(value) if quoted else value)
    parts.append("--")
    parts += [_quote(word) if quoted else word for word in operands]
    if "Q" not in options:
        yield from process.print(" " + " ".join(parts))
    return status


def _short(text: str) -> list[str]:
    text = text.lstrip("+-")
    found: list[str] = []
    for character in text:
        if character == ":" and found:
            found[-1] += ":"
        else:
            found.append(character)
    return found


def _long(lists: list[str]) -> list[str]:
    return [name for text in lists for name in text.replace(" ", ",").split(",") if name]


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
