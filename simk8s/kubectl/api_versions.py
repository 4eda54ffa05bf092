"""`kubectl api-versions`: the groups and versions that this cluster serves."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    yield from context.request()
    versions = sorted({resource.api_version for resource in context.access.registry})
    context.out("".join(f"{version}\n" for version in versions))
    return 0


COMMAND = Command(
    "api-versions",
    'List the API versions that this cluster serves, as "group/version".',
    "api-versions",
    (),
    run,
)
