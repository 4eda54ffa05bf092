"""`kubectl annotate`: set and remove annotations."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, annotations_of, name
from simk8s.api.patch import Patch
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.label import VERSION, check_version
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.pair import Pairs, divided, pairs_of
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    words, changes = divided(arguments.words, "annotation")
    if not words and not arguments["filename"]:
        raise Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if arguments["all"] and arguments["selector"]:
        raise Failure("cannot set --all and --selector at the same time")
    pairs = pairs_of(changes, "annotation")
    if not pairs and not arguments["list"]:
        raise Failure("at least one annotation update is required")
    objects, errors = yield from chosen(context, words)
    if arguments["list"]:
        _list(context, objects)
        objects = []
    for each in objects:
        try:
            yield from _annotate(context, each, pairs)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _annotate(context: Context, each: Chosen, pairs: Pairs) -> Run[None]:
    own = annotations_of(each.object)
    if not context.arguments["overwrite"]:
        there = [
            f"'{key}' already has a value ({own[key]})"
            for key, value in pairs.set.items()
            if own.get(key, value) != value
        ]
        if there:
            found = "; ".join(there)
            raise Failure(f"--overwrite is false but found the following declared annotation(s): {found}")
    check_version(context, each)
    change: Object = {**pairs.set, **dict.fromkeys(pairs.remove)}
    obj = yield from context.patch(each.resource, each.object, Patch("merge", {"metadata": {"annotations": change}}))
    report(context, each.resource, obj, "annotated")


def _list(context: Context, objects: list[Chosen]) -> None:
    for each in objects:
        if len(objects) > 1:
            kind = f"{each.resource.kind}.{each.resource.group}"
            context.out(f"Listing annotations for {kind}/{name(each.object)}:\n")
        indent = " " if len(objects) > 1 else ""
        context.out("".join(f"{indent}{key}={value}\n" for key, value in sorted(annotations_of(each.object).items())))


COMMAND = Command(
    "annotate",
    "Set or remove annotations.",
    "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]",
    (
        *choice.FLAGS,
        dry_run.FLAG,
        Flag("list", "bool", False, "print the annotations"),
        OUTPUT,
        Flag("overwrite", "bool", False, "give another value to an annotation that has one"),
        VERSION,
    ),
    run,
    (
        (
            "Say why there is a new revision",
            'kubectl annotate sts mysql kubernetes.io/change-cause="more memory" --overwrite',
        ),
    ),
    not_modelled="allow-missing-template-keys field-manager k kustomize local show-managed-fields template",
)
