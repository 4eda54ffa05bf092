"""`kubectl create`: new objects out of files; what exists already is an error."""

from __future__ import annotations

from pathlib import Path

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.manifest import read
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.kubectl import files
from simk8s.kubectl.apply import DRY_RUN, dry_run_suffix, with_last_applied
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import print_objects
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["filename"]:
        return (yield from _from_files(context))
    if not arguments.words:
        raise Failure("must specify one of -f and -k")
    kind, *names = arguments.words
    if kind not in ("namespace", "ns", "configmap", "cm", "serviceaccount", "sa"):
        raise Failure(f'simk8s does not model "kubectl create {kind}"; write a manifest and use `kubectl create -f`')
    if len(names) != 1:
        raise Failure(
            f"exactly one NAME is required, got {len(names)}\nSee 'kubectl create {kind} -h' for help and examples"
        )
    resource = context.access.registry.typed(kind)
    obj: Object = {"apiVersion": "v1", "kind": resource.kind, "metadata": {"name": names[0]}}
    if resource.namespaced:
        obj["metadata"]["namespace"] = context.namespace
    if resource.kind == "ConfigMap" and (data := _data(context)):
        obj["data"] = data
    suffix = dry_run_suffix(context)
    if suffix:
        yield from context.request()
    else:
        obj = yield from _create(context, resource, obj)
    _report(context, resource, obj, suffix)
    return 0


def _from_files(context: Context) -> Run[int]:
    suffix = dry_run_suffix(context)
    found, errors = files.items(context)
    if not found and not errors:
        raise Failure("no objects passed to create")
    for item in found:
        try:
            obj = yield from _create_item(context, item, bool(suffix))
        except ApiError as error:
            errors.append(with_source(error, "creating", item.file))
        else:
            _report(context, item.resource, obj, suffix)
    complain(errors)
    return 0


def _create_item(context: Context, item: Item, dry_run: bool) -> Run[Object]:
    obj = with_last_applied(item.object) if context.arguments["save-config"] else item.object
    obj = decode(obj, item.resource)
    if dry_run:
        return obj
    context.access.sources.add(item.manifest)
    return (yield from _create(context, item.resource, obj))


def _create(context: Context, resource: Resource, obj: Object) -> Run[Object]:
    yield from context.request()
    return context.store.create(obj, by=context.actor)


def _report(context: Context, resource: Resource, obj: Object, suffix: str) -> None:
    if context.arguments["output"]:
        print_objects(context, [(resource, [obj])], as_list=False)
    else:
        context.out(f"{resource.prefix}/{obj['metadata'].get('name', '')} created{suffix}\n")


def _data(context: Context) -> dict[str, str]:
    """The content of a ConfigMap out of `--from-literal` and `--from-file`."""
    data: dict[str, str] = {}
    for text in context.arguments["from-literal"]:
        key, equals, value = text.partition("=")
        if not equals:
            raise Failure(f"invalid literal source {text}, expected key=value")
        data[key] = value.strip("\"'") if value[:1] == value[-1:] else value
    for text in context.arguments["from-file"]:
        key, equals, path = text.rpartition("=")
        data[key if equals else Path(path).name] = read(path, context.stdin.decode(), context.access.folder)
    return data


COMMAND = Command(
    "create",
    "Create objects from files, or a namespace, a ConfigMap or a ServiceAccount from arguments.",
    "create (-f FILENAME | namespace NAME | configmap NAME | serviceaccount NAME)",
    (
        *files.FLAGS,
        DRY_RUN,
        Flag("output", "string", "", "print the object: name, yaml or json", "o"),
        Flag("no-headers", "bool", False, "leave out the line of column names"),
        Flag("save-config", "bool", False, "remember what was written, for a later `kubectl apply`"),
        Flag("from-literal", "list", None, "for a ConfigMap: KEY=VALUE"),
        Flag("from-file", "list", None, "for a ConfigMap: a file, or KEY=FILE"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (
        ("From a file", "kubectl create -f mysql-statefulset.yaml"),
        ("A namespace", "kubectl create namespace test"),
        ("A ConfigMap", "kubectl create configmap settings --from-literal=mode=fast"),
    ),
    not_modelled=(
        "allow-missing-template-keys append-hash edit field-manager from-env-file k kustomize l raw selector "
        "show-managed-fields template windows-line-endings"
    ),
)
