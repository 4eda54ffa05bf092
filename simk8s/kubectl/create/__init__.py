"""`kubectl create`: new objects out of files or arguments; what exists already is an error."""

from __future__ import annotations

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.apply import with_last_applied
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.sim import Run

SAVE_CONFIG = Flag("save-config", "bool", False, "remember what was written, for a later `kubectl apply`")
VALIDATE = Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict")

_REFUSED = "clusterrole clusterrolebinding cronjob deployment ingress job quota role rolebinding token"
_KINDS = ("configmap", "namespace", "poddisruptionbudget", "priorityclass", "secret", "service", "serviceaccount")


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments.words:
        if arguments.words[0] in _REFUSED.split():
            raise Failure(
                f'simk8s does not model "kubectl create {arguments.words[0]}"; write a manifest and use '
                "`kubectl create -f`"
            )
        shown = " ".join(arguments.words)
        raise Failure(f"Unexpected args: [{shown}]\nSee 'kubectl create -h' for help and examples")
    if not arguments["filename"]:
        raise Failure("must specify one of -f and -k")
    found, errors = files.items(context)
    if not found and not errors:
        raise Failure("no objects passed to create")
    for item in found:
        try:
            obj = yield from _create(context, item)
        except ApiError as error:
            errors.append(with_source(error, "creating", item.file))
        else:
            report(context, item.resource, obj, "created")
    complain(errors)
    return 0


def _create(context: Context, item: Item) -> Run[Object]:
    obj = with_last_applied(item.object) if context.arguments["save-config"] else item.object
    obj = decode(obj, item.resource)
    dry = context.dry_run
    if dry.is_client:
        return obj
    yield from context.request()
    if not dry:
        context.access.sources.add(item.manifest)
    return context.store.create(obj, by=context.actor, dry_run=dry.is_server)


COMMAND = Command(
    "create",
    "Create objects from files, or one object from arguments.",
    f"create (-f FILENAME | {' | '.join(_KINDS)})",
    (*files.FLAGS, dry_run.FLAG, OUTPUT, SAVE_CONFIG, VALIDATE),
    run,
    (
        ("From a file", "kubectl create -f mysql-statefulset.yaml"),
        ("A namespace", "kubectl create namespace test"),
        ("A ConfigMap", "kubectl create configmap settings --from-literal=mode=fast"),
    ),
    not_modelled=(
        "allow-missing-template-keys edit field-manager k kustomize l raw selector show-managed-fields template "
        "windows-line-endings"
    ),
    subcommands=_KINDS,
    aliases={
        "cm": "configmap",
        "ns": "namespace",
        "pdb": "poddisruptionbudget",
        "pc": "priorityclass",
        "svc": "service",
        "sa": "serviceaccount",
    },
)
