"""The checker as a judge of a script: a container is crashed at each of its commands, and every hole is named.

Run as a program of its own (`python -m simk8s.tui.judging FILE... --container NAME`): the checker forks, and an app
that draws must not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simk8s.checker import check
from simk8s.errors import SimError
from simk8s.tui.language import _


@dataclass(frozen=True, slots=True)
class Hole:
    """So many crashes that the script does not survive: where, and what became of a Pod, in the oracle's words."""

    line: int
    command: str
    pod: str
    word: str
    is_silent: bool
    crashes: int


def holes(paths: Sequence[str], container: str) -> list[Hole]:
    """Every hole that crashes of that container itself leave, in the order of the script. Raises SimError."""
    said = check(paths, only=lambda crash: crash.kills_itself and crash.point.container == container)
    return [_told(hole) for hole in said["holes"]]


def _told(hole: Mapping[str, Any]) -> Hole:
    pod, word = next(((pod, word) for pod, word in hole["outcome"].items() if word != "ok"), ("", hole["word"]))
    return Hole(hole["line"], hole["command"], pod, word, hole["silent"], hole["crashes"])


def judged(paths: Sequence[Path], container: str) -> str:
    """What the judge says of these manifests: nothing where every crash is survived. Takes real seconds."""
    command = [sys.executable, "-m", "simk8s.tui.judging", *map(str, paths), "--container", container]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return _("it is refused: {why}").format(why=(done.stdout or done.stderr).strip()[-400:])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    if not found:
        return ""
    first = found[0]
    what = _("line {line}, {command}: {pod} is {word}").format(
        line=first["line"], command=" ".join(first["command"].split())[:50], pod=first["pod"], word=first["word"]
    )
    if first["is_silent"]:
        what += _(", and says that it is Ready")
    return _("{count} crashes leave a hole; the first: {first}").format(
        count=sum(hole["crashes"] for hole in found), first=what
    )


def main(arguments: Sequence[str]) -> int:
    """Print the holes as JSON; status 2 and a message where the manifests are refused."""
    *paths, _flag, container = arguments
    try:
        found = holes(paths, container)
    except SimError as error:
        print(error)
        return 2
    print(json.dumps([asdict(hole) for hole in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
