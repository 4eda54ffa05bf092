"""What `-f` names: objects out of files, folders and standard input."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.api.manifest import Manifest, ManifestError, files_of, load_text, read, shown
from simk8s.api.objects import Object, namespace
from simk8s.api.resources import NoMatch, Resource
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag

FILENAME = Flag("filename", "list", None, "files, folders, or - for standard input", "f")
RECURSIVE = Flag("recursive", "bool", False, "look for manifests in folders of folders too", "R")
FLAGS = (FILENAME, RECURSIVE)


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a file, with the namespace it goes to."""

    resource: Resource
    manifest: Manifest
    object: Object

    @property
    def name(self) -> str:
        return str(self.object["metadata"].get("name", ""))

    @property
    def namespace(self) -> str:
        return namespace(self.object)

    @property
    def file(self) -> str:
        return self.manifest.file

    @property
    def shown(self) -> str:
        """As in `statefulset.apps/mysql created`."""
        return f"{self.resource.prefix}/{self.name}"


def items(context: Context) -> tuple[list[Item], list[Exception]]:
    """The objects that `-f` names, and what went wrong with others: a command does what it can, then complains.

    Raises ManifestError where a path does not exist: then nothing is done.
    """
    folder = context.access.folder
    arguments = context.arguments
    files = [
        file
        for path in arguments["filename"]
        for part in path.split(",")
        for file in files_of(part, recursive=arguments["recursive"], folder=folder)
    ]
    found: list[Item] = []
    errors: list[Exception] = []
    for file in files:
        try:
            text = read(file, context.stdin.decode(errors="replace"), folder)
            for manifest in load_text(text, shown(file)):
                try:
                    found.append(_item(context, manifest))
                except (NoMatch, Failure) as error:
                    errors.append(error)
        except ManifestError as error:
            errors.append(error)
    return found, errors


def _item(context: Context, manifest: Manifest) -> Item:
    obj = manifest.object
    meta = obj["metadata"]
    try:
        resource = context.access.registry.get(obj["apiVersion"], obj["kind"])
    except NoMatch as error:
        raise NoMatch(
            f'resource mapping not found for name: "{meta.get("name", "")}" namespace: "{meta.get("namespace") or ""}" '
            f'from "{manifest.file}": {error}\nensure CRDs are installed first'
        ) from error
    if not resource.namespaced:
        return Item(resource, manifest, obj)
    own = meta.get("namespace")
    if own and context.is_namespace_given and own != context.namespace:
        raise Failure(
            f'the namespace from the provided object "{own}" does not match the namespace "{context.namespace}". '
            f"You must pass '--namespace={own}' to perform this operation."
        )
    return Item(resource, manifest, {**obj, "metadata": {**meta, "namespace": own or context.namespace}})
