"""`kubectl set env`: environment variables of containers."""

from __future__ import annotations

from fnmatch import fnmatchcase

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT
from simk8s.kubectl.pair import Pairs, divided, pairs_of
from simk8s.kubectl.selection import SELECTOR
from simk8s.kubectl.set.template import change, pod_spec_of
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    words, changes = divided(arguments.words, "environment variable")
    pairs = pairs_of([*changes, *arguments["env"]], "environment variable")
    if not words and not arguments["filename"]:
        raise Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    objects, errors = yield from chosen(context, words)
    pattern = arguments.text("containers")
    for each in objects:
        try:
            if arguments["list"]:
                _list(context, each, pattern)
            else:
                _check_pattern(context, each, pattern)
                yield from change(context, each, lambda spec: _with_variables(spec, pairs, pattern), "env updated")
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _check_pattern(context: Context, each: Chosen, pattern: str) -> None:
    spec, _ = pod_spec_of(each)
    if not any(fnmatchcase(container["name"], pattern) for container in spec["containers"]):
        what = f"{each.resource.kind}/{name(each.object)}"
        context.err(f'Warning: {what} does not have any containers matching "{pattern}"\n')


def _list(context: Context, each: Chosen, pattern: str) -> None:
    spec, _ = pod_spec_of(each)
    for container in spec["containers"]:
        if fnmatchcase(container["name"], pattern):
            context.out(f"# {each.resource.kind} {name(each.object)}, container {container['name']}\n")
            for entry in container.get("env") or []:
                context.out(_shown(entry))


def _shown(entry: Object) -> str:
    source = entry.get("valueFrom")
    if source is None:
        return f"{entry['name']}={entry.get('value', '')}\n"
    if reference := source.get("configMapKeyRef"):
        return f"# {entry['name']} from configmap {reference['name']}, key {reference['key']}\n"
    if reference := source.get("secretKeyRef"):
        return f"# {entry['name']} from secret {reference['name']}, key {reference['key']}\n"
    if reference := source.get("fieldRef"):
        return f"# {entry['name']} from field path {reference['fieldPath']}\n"
    return f"# {entry['name']} takes its value from elsewhere\n"


def _with_variables(spec: Object, pairs: Pairs, pattern: str) -> Object:
    return {
        **spec,
        "containers": [
            {**entry, "env": _variables(entry.get("env") or [], pairs)}
            if fnmatchcase(entry["name"], pattern)
            else entry
            for entry in spec["containers"]
        ],
    }


def _variables(old: list[Object], pairs: Pairs) -> list[Object]:
    kept = [
        {"name": entry["name"], "value": pairs.set[entry["name"]]} if entry["name"] in pairs.set else entry
        for entry in old
        if entry["name"] not in pairs.remove
    ]
    there = [entry["name"] for entry in kept]
    return kept + [{"name": key, "value": value} for key, value in pairs.set.items() if key not in there]


COMMAND = Command(
    "set env",
    "Set or remove environment variables of containers, or list them.",
    "set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]",
    (
        *files.FLAGS,
        SELECTOR,
        choice.ALL,
        Flag("containers", "string", "*", "only containers whose names fit", "c"),
        dry_run.FLAG,
        Flag("env", "list", None, "a variable, as KEY=VALUE", "e"),
        Flag("list", "bool", False, "print the variables"),
        OUTPUT,
    ),
    run,
    (("A root password", "kubectl set env statefulset/mysql MYSQL_ROOT_PASSWORD=secret"),),
    not_modelled=(
        "allow-missing-template-keys field-manager from k keys kustomize local overwrite prefix resolve "
        "show-managed-fields template"
    ),
)
