"""A plan: what goes wrong in one run, with how many replicas and which chance."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from simk8s.faults import Fault
from simk8s.faults.token import parts_of, token_of_plan
from simk8s.sim import token_of


class Plan(msgspec.Struct, frozen=True):
    """Plain data. `replicas` overrules those of every StatefulSet; None leaves them.

    >>> from simk8s.faults import AtTime, Fault, Kill
    >>> plan = Plan.of([Fault(Kill(pod="web-0", container="main"), AtTime(seconds=30))], seed=4)
    >>> print(plan)
    kill web-0/main at 30 s
    >>> Plan.from_token(plan.token) == plan
    True
    """

    faults: tuple[Fault, ...] = ()
    replicas: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, faults: Sequence[Fault], *, replicas: int | None = None, seed: int = 0) -> Plan:
        return cls(tuple(faults), replicas, seed)

    @classmethod
    def from_token(cls, token: str, *, replicas: int | None = None) -> Plan:
        """The plan of a token that a failure has printed. Raises SimError SK501."""
        choices, faults = parts_of(token)
        return cls(faults, replicas, int(choices.split(".")[1]))

    @property
    def token(self) -> str:
        """For `simk8s run PATH --replay TOKEN`: chance and faults. The number of replicas is the manifest's affair."""
        return token_of_plan(token_of(self.seed), self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults)) or "nothing goes wrong"
