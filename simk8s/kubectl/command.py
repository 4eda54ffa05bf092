"""A command and what it works with: arguments, standard streams, and requests to the API server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.selector import FieldSelector, LabelSelector
from simk8s.api.store import Store
from simk8s.kubectl.flags import Arguments, Flag
from simk8s.kubectl.runtime import Access
from simk8s.sim import Actor, Run

REQUEST_SECONDS = (0.005, 0.020)
"""A request and its answer, over a local connection."""


@dataclass(frozen=True, slots=True)
class Command:
    """One kubectl command. `usage` is what follows `kubectl`; examples are pairs of a comment and a command line.

    `not_modelled` names flags that the real command has and this one has not.
    """

    name: str
    summary: str
    usage: str
    flags: Sequence[Flag]
    run: Callable[[Context], Run[int | None]]
    examples: Sequence[tuple[str, str]] = ()
    not_modelled: str = ""


class Context:
    """One call of a command. Commands print through `out` and `err`, and return an exit status (None is 0)."""

    def __init__(
        self,
        access: Access,
        command: Command,
        arguments: Arguments,
        actor: Actor,
        *,
        stdin: bytes,
        namespace: str,
        print: Callable[[int, bytes], None],
    ) -> None:
        self.access = access
        self.command = command
        self.arguments = arguments
        self.actor = actor
        self.stdin = stdin
        self.is_namespace_given = arguments.is_given("namespace")
        self.namespace: str = arguments["namespace"] or namespace
        self._print = print

    @property
    def store(self) -> Store:
        return self.access.store

    def out(self, text: str | bytes) -> None:
        """Print on standard output, as it is."""
        self._print(1, text.encode() if isinstance(text, str) else text)

    def err(self, text: str | bytes) -> None:
        """Print on standard error, as it is."""
        self._print(2, text.encode() if isinstance(text, str) else text)

    def request(self) -> Run[None]:
        """The time of one request."""
        yield self.access.sim.sleep(self.access.sim.uniform(*REQUEST_SECONDS, "kubectl/request"))

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Run[Object]:
        """One object. Raises ApiError NotFound."""
        yield from self.request()
        return self.store.get(resource.kind, name, self.namespace if namespace is None else namespace)

    def list(
        self,
        resource: Resource,
        namespace: str | None,
        labels: LabelSelector | None = None,
        fields: FieldSelector | None = None,
    ) -> Run[list[Object]]:
        """The objects of a kind; `namespace` None means all."""
        yield from self.request()
        return self.store.list(resource.kind, namespace if resource.namespaced else None, labels, fields)
