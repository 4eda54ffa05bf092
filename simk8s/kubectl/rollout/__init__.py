"""`kubectl rollout`: how a new template reaches a set's Pods, and how to go back (STS-101, STS-102)."""

from __future__ import annotations

from simk8s.kubectl.command import Command
from simk8s.kubectl.group import run_group

COMMAND = Command(
    "rollout",
    "Manage the rollout of a StatefulSet.",
    "rollout SUBCOMMAND",
    (),
    run_group,
    subcommands=("history", "pause", "restart", "resume", "status", "undo"),
)
