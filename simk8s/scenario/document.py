"""A scenario as data: what a YAML file of `kind: Scenario` says, with the places of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simk8s.errors import Place
from simk8s.faults import Fault

VERBS = ("apply", "kubectl", "exec", "run", "fault", "say")

Text = str | Mapping[str, str]
"""A text in English, or texts by language."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `verb` is one of VERBS, `argument` what the file says behind it."""

    verb: str
    argument: Any
    place: Place
    title: str = ""
    stdin: str = ""
    expect: Mapping[str, Any] = field(default_factory=dict)
    expect_places: Mapping[str, Place] = field(default_factory=dict)

    def __str__(self) -> str:
        match self.verb, self.argument:
            case "kubectl", command:
                return f"kubectl {command}"
            case "apply", paths:
                return f"apply {' '.join([paths] if isinstance(paths, str) else paths)}"
            case "run", Mapping() as run:
                return f"run until {run['until']}"
            case "run", int() | float() as seconds:
                return f"run for {seconds:g} s"
            case "run", until:
                return f"run until {until}"
            case "exec", exec:
                where = exec["pod"] + (f" -c {exec['container']}" if exec.get("container") else "")
                return f"exec {where} -- {' '.join(exec.get('command') or ['bash', '-c', '...'])}"
            case "fault", fault:
                return f"fault {Fault.from_plain(fault, place=self.place)}"
        return self.verb


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything one file says. `folder` is what its relative paths start from."""

    name: str
    file: str
    folder: str = "."
    title: str = ""
    narration: str = ""
    cluster: Mapping[str, Any] = field(default_factory=dict)
    cluster_places: Mapping[str, Place] = field(default_factory=dict)
    manifests: tuple[str, ...] = ()
    manifest_places: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)
    expect_places: Mapping[str, Place] = field(default_factory=dict)
    stdin: str = ""
    """What `-` among the manifests stands for."""


def in_language(text: Text, language: str = "en") -> str:
    """The text in that language, or in English where there is none."""
    if isinstance(text, str):
        return text
    return text.get(language) or text["en"]
