"""envsubst: environment variables filled into a text."""

from __future__ import annotations

import re

from simk8s.machine import Process
from simk8s.programs.options import parse
from simk8s.programs.stream import raw, write_text
from simk8s.programs.tool import tool
from simk8s.sim import Run


@tool("envsubst")
def envsubst(process: Process) -> Run[int]:
    """Standard input with environment variables filled in."""
    options = parse(process.argv, "v,variables")
    shown = options.operands[0] if options.operands else None
    names = re.findall(r"\$\{?([A-Za-z_]\w*)", shown) if shown is not None else None
    if "v" in options:
        yield from write_text(process, "".join(f"{name}\n" for name in names or []))
        return 0
    text = (yield from process.read_all(0)).decode("latin-1")

    def replace(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if names is not None and name not in names:
            return match[0]
        return raw(process.environ.get(name, ""))

    yield from write_text(process, re.sub(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", replace, text))
    return 0
