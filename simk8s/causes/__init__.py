"""Why something happened, read from history alone: the critical path, told as links; and why something did not."""

from simk8s.causes.chain import Chain, explain
from simk8s.causes.graph import happens_before
from simk8s.causes.link import Link, Need
from simk8s.causes.path import Step, critical_path
from simk8s.causes.waits import Waiting, WhyNot, why_not

__all__ = [
    "Chain",
    "Link",
    "Need",
    "Step",
    "Waiting",
    "WhyNot",
    "critical_path",
    "explain",
    "happens_before",
    "why_not",
]
