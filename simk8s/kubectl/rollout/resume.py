"""`kubectl rollout resume`: not for StatefulSets, whose rollout is held by `partition`."""

from __future__ import annotations

from simk8s.kubectl.rollout.refusal import refusal

COMMAND = refusal("resume", "resuming")
