"""What the kubelets of a cluster are set to: their release, and choices that a cluster's owner has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from simk8s.api.schema import VERSION
from simk8s.errors import SimError

MissingCommand = Literal["failure", "unknown"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The default is the card's profile. Raises SimError SK505 for values that no kubelet takes.

    `missing_probe_command` is what a probe's command that is not in the container counts as (KUBELET-47); the tutorial
    expects a failure. `longest_restart_wait_seconds` is `crashLoopBackOff.maxContainerRestartPeriod` (VER-17).
    """

    kubelet_version: str = VERSION
    missing_probe_command: MissingCommand = "failure"
    longest_restart_wait_seconds: int = 300

    def __post_init__(self) -> None:
        if not re.fullmatch(r"v1\.(2[89]|3[0-5])\.\d+", self.kubelet_version):
            raise SimError(
                "SK505", f"there is no kubelet {self.kubelet_version!r} here", hint="give one from v1.28.0 to v1.35.0"
            )
        if self.missing_probe_command not in ("failure", "unknown"):
            choice = f"missing_probe_command is {self.missing_probe_command!r}"
            raise SimError("SK505", choice, hint="it may be 'failure' or 'unknown'")
        if not 1 <= self.longest_restart_wait_seconds <= 300:
            wait = f"longest_restart_wait_seconds is {self.longest_restart_wait_seconds}"
            raise SimError("SK505", wait, hint="a kubelet takes 1 to 300")

    @property
    def minor(self) -> int:
        """35 of `v1.35.0`."""
        return int(self.kubelet_version.split(".")[1])

    @property
    def restarts_on_time(self) -> bool:
        """VER-7: a crashed container is looked at again when its wait is over, not with the next regular look."""
        return self.minor >= 35

    def created(self, container: str) -> str:
        """VER-8: the text of the Event Created."""
        return f"Created container: {container}" if self.minor >= 32 else f"Created container {container}"

    def image_size(self, size_bytes: int) -> str:
        """VER-9: what stands at the end of the Event Pulled."""
        return f" Image size: {size_bytes} bytes." if self.minor >= 30 else ""
