"""What a check found of crashes at each line of a script, from the file that `simk8s check --json` writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from simk8s.errors import Place, SimError
from simk8s.tui.row import Span


@dataclass(frozen=True, slots=True)
class Gutter:
    """The verdict of each line, by manifest and line: `ok`, or the worst that became of a crash there."""

    verdicts: dict[tuple[str, int], str]

    @classmethod
    def load(cls, path: str) -> Self:
        """Raises SimError SK101 and SK502 where this is no result of a check."""
        try:
            said: Any = msgspec.json.decode(Path(path).read_bytes())
            scripts = said["scripts"]
            return cls(
                {
                    (_name(script["file"]), int(line["line"])): str(line["verdict"])
                    for script in scripts
                    for line in script["lines"]
                    if line["verdict"]
                }
            )
        except OSError as error:
            raise SimError("SK101", f"cannot read {path}: {error.strerror}", place=Place(path)) from error
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise SimError(
                "SK502",
                "this is no result of a check",
                place=Place(path),
                hint="make one: `simk8s check PATH --json FILE`",
            ) from error

    def mark(self, file: str, line: int) -> Span:
        """`✗` where a crash leaves a hole, `✓` where all were survived, a blank where none was tried."""
        verdict = self.verdicts.get((_name(file), line), "")
        if not verdict:
            return " ", "plain"
        return ("✓", "good") if verdict == "ok" else ("✗", "bad")

    def verdict(self, file: str, line: int) -> str:
        return self.verdicts.get((_name(file), line), "")


def _name(file: str) -> str:
    """Manifests go by their names: the check may have been made elsewhere."""
    return Path(file).name
