"""The words for what became of a Pod, and what a judgement holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Word: TypeAlias = Literal[
    "ok",
    "stale",
    "stopped",
    "diverged",
    "corrupt",
    "crashloop",
    "stuck",
    "unreachable",
    "absent",
    "lost",
    "unknown",
]
"""What became of a Pod:

- `ok`: it is Ready and serves what it promises.
- `stale`: Ready, but it has never been told to replicate.
- `stopped`: replication is configured, and does not run or never connects.
- `diverged`: its rows are not the primary's.
- `corrupt`: incomplete or unprepared data was accepted, and it shows.
- `crashloop`: a container of it ends again and again.
- `stuck`: it never becomes Ready, and nothing is restarted.
- `unreachable`: it answers itself and refuses others.
- `absent`: it was never made, since an earlier Pod never became Ready.
- `lost`: rows that were acknowledged are gone.
- `unknown`: its scripts came to something that simk8s does not model.
"""

WORDS: tuple[Word, ...] = get_args(Word)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a world came to. Pods are in the order of their sets' ordinals; names are `namespace/name` outside default.

    `silent` are Pods that say Ready and are not ok. `violations` are sentences, one for each safety property that was
    broken at some instant. `notes` says for each Pod that is not ok why.
    """

    outcome: Mapping[str, Word]
    violations: tuple[str, ...] = ()
    ready: Mapping[str, bool] = field(default_factory=dict)
    restarts: Mapping[str, int] = field(default_factory=dict)
    files_left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(pod for pod, word in self.outcome.items() if word != "ok" and self.ready.get(pod))

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be."""
        return not self.violations and all(word == "ok" for word in self.outcome.values())
