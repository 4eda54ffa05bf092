"""A command and what it works with: arguments, standard streams, and requests to the API server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simk8s.api.field_label import check_fields
from simk8s.api.objects import Object, name, namespace
from simk8s.api.patch import Patch
from simk8s.api.patch.request import requested
from simk8s.api.resources import Resource
from simk8s.api.selector import FieldSelector, LabelSelector
from simk8s.api.store import Store
from simk8s.kubectl.dry_run import DryRun, dry_run_of
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
    subcommands: Sequence[str] = ()
    """Each is a module of the command's package, with a command of its own."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other words for subcommands."""


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
        self.dry_run: DryRun = dry_run_of(arguments)
        self.is_namespace_given = arguments.is_given("namespace")
        self.namespace: str = arguments["namespace"] or namespace
        self.has_printed = False
        """Whether there is anything on standard output yet."""
        self._print = print

    @property
    def store(self) -> Store:
        return self.access.store

    def out(self, text: str | bytes) -> None:
        """Print on standard output, as it is."""
        self.has_printed = True
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
        if fields is not None:
            check_fields(fields, labels, resource)
        return self.store.list(resource.kind, namespace if resource.namespaced else None, labels, fields)

    def patch(
        self, resource: Resource, obj: Object, patch: Patch, *, status: bool = False, strict: bool = True
    ) -> Run[Object]:
        """Have the server patch an object; in a dry run of the client, what it would look like. Raises ApiError.

        Fields that the kind does not have are refused, or where not `strict` warned of.
        """
        dry_run = self.dry_run
        if dry_run.is_client:
            return patch.of(obj, resource)
        yield from self.request()
        change = requested(patch, resource, None if strict else lambda text: self.err(f"Warning: {text}\n"))
        return self.store.patch(
            resource.kind,
            name(obj),
            namespace(obj),
            change,
            by=self.actor,
            status=status,
            dry_run=dry_run.is_server,
        )
