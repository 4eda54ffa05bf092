"""What simk8s says when it cannot go on: a code, a place, a cause and a next step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A position in something a person wrote: `mysql-statefulset.yaml:61:14`. Lines and columns count from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)

    def below(self, line: int, column: int, indent: int = 0) -> Place:
        """The place of line and column of a text whose first line stands at this place, `indent` to the right."""
        return Place(self.file, self.line + line - 1, column + indent if column else 0)


class SimError(Exception):
    """An error that is the person's to mend. Faces print it without a traceback and exit with status 2.

    `code` names a page of the error reference (`SK203`), `hint` says what to try. Where a simulated process raised it,
    `machine` is the name of the container it runs in and `argv` what it was called with: whoever knows the manifests
    finds from these where the script was written.
    """

    def __init__(self, code: str, message: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.hint = hint
        self.machine = ""
        self.argv: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" {self.place}" if self.place else ""
        lines = [f"{self.code}{where}: {self.message}"]
        if self.hint:
            lines.append(f"  try: {self.hint}")
        return "\n".join(lines)
