"""What the points inside of one command have in common."""

from __future__ import annotations

from simk8s.faults.point import CrashPoint


def kind_of(point: CrashPoint) -> str:
    """The stage of a sub-step, or the directory in which it changes files: like ones follow each other."""
    if point.stage:
        return point.stage
    folder, _, name = point.where.rpartition(" ")[2].rpartition("/")
    return f"{folder} {'.' in name}"
