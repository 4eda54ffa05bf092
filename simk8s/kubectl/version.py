"""`kubectl version`: the release of Kubernetes whose behaviour this is."""

from __future__ import annotations

from typing import Any

from simk8s.api.schema import VERSION
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.serial import as_json, as_yaml
from simk8s.sim import Run

KUSTOMIZE = "v5.7.1"
"""What the real kubectl of that release has built in; here there is none."""


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments.words:
        raise Failure(f"extra arguments: [{' '.join(arguments.words)}]")
    if arguments["output"] not in ("", "json", "yaml"):
        raise Failure("--output must be 'yaml' or 'json'")
    versions: dict[str, Any] = {"clientVersion": _info(), "kustomizeVersion": KUSTOMIZE}
    if not arguments["client"]:
        yield from context.request()
        versions["serverVersion"] = _info()
    match arguments["output"]:
        case "json":
            context.out(as_json(versions, indent=2) + "\n")
        case "yaml":
            context.out(as_yaml(versions))
        case _:
            server = "" if arguments["client"] else f"Server Version: {VERSION}\n"
            context.out(f"Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}\n{server}")
    return 0


def _info() -> dict[str, str]:
    major, minor, _ = VERSION.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": VERSION,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "2024-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "simk8s",
        "platform": "linux/amd64",
    }


COMMAND = Command(
    "version",
    "Print the version of Kubernetes that client and server behave like.",
    "version",
    (
        Flag("client", "bool", False, "only the client's"),
        Flag("output", "string", "", "json or yaml", "o"),
    ),
    run,
)
