"""The checker as a judge of a script: a container is crashed at each of its commands, and every hole is named.

Run as a program of its own (`python -m simk8s.tui.judging FILE... --container NAME`): the checker forks, and an app
that draws must not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simk8s.checker.crash import Crash
from simk8s.checker.ground import Ground
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.survey import survey
from simk8s.checker.worker import explore
from simk8s.cluster.manifests import sources
from simk8s.errors import SimError
from simk8s.tui.language import _

ADDONS = ("rook",)
"""What the lessons' manifests need beforehand."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A crash that the script does not survive: where it struck, and what became of a Pod, in the oracle's words."""

    line: int
    command: str
    pod: str
    word: str
    is_silent: bool


def holes(paths: Sequence[str], container: str) -> list[Hole]:
    """Every hole that crashes of that container itself leave, in the order of the script. Raises SimError."""
    setup = Setup.of(sources(list(paths)), {"seed": 0, "addons": list(ADDONS)})

    def is_asked_for(crash: Crash) -> bool:
        return crash.kills_itself and crash.point.container == container

    seen = survey(setup, only=is_asked_for)
    if not seen.reference.is_ok:
        return [_hole(0, "", seen.reference)]
    mine = [(number, seen.crashes[number]) for number in seen.representatives if is_asked_for(seen.crashes[number])]
    results = dict(explore(setup, mine, Known(), Ground(tuple(seen.reference.outcome), seen.accounts)))
    bad = [(crash, results[number]) for number, crash in mine if number in results and not results[number].is_ok]
    return [_told(crash, result) for crash, result in bad]


def _told(crash: Crash, result: Result) -> Hole:
    return _hole(crash.point.line, crash.point.command, result)


def _hole(line: int, command: str, result: Result) -> Hole:
    pod, word = next(((pod, word) for pod, word in result.outcome.items() if word != "ok"), ("", "unsafe"))
    return Hole(line, command, pod, word, pod in result.silent)


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
    return _("{count} crashes leave a hole; the first: {first}").format(count=len(found), first=what)


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
