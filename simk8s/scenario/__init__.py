"""Scenarios: a cluster, manifests, steps, what to expect and what to say, as data in YAML; and how they are run."""

from simk8s.scenario.document import Scenario, Step
from simk8s.scenario.expectation import Expectation
from simk8s.scenario.loading import load, of_manifests
from simk8s.scenario.running import Runner, StepResult

__all__ = ["Expectation", "Runner", "Scenario", "Step", "StepResult", "load", "of_manifests"]
