"""`--dry-run`: only say what would be done; `client` asks nobody, `server` lets the API server check it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Arguments, Flag

FLAG = Flag("dry-run", "string", "none", "none, client or server: only say what would be done", alone="client")


@dataclass(frozen=True, slots=True)
class DryRun:
    """False where the command is meant. `suffix` follows each line of what would have been done."""

    mode: Literal["none", "client", "server"] = "none"

    def __bool__(self) -> bool:
        return self.mode != "none"

    @property
    def is_client(self) -> bool:
        return self.mode == "client"

    @property
    def is_server(self) -> bool:
        return self.mode == "server"

    @property
    def suffix(self) -> str:
        return {"none": "", "client": " (dry run)", "server": " (server dry run)"}[self.mode]


def dry_run_of(arguments: Arguments) -> DryRun:
    """What the command line says. Raises Failure."""
    match arguments.values.get("dry-run"):
        case None | "" | "none":
            return DryRun()
        case "client":
            return DryRun("client")
        case "server":
            return DryRun("server")
        case other:
            raise Failure(f'Invalid dry-run value ({other}). Must be "none", "server", or "client".')
