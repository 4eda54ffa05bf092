"""`kubectl annotate`: set and remove annotations."""

from __future__ import annotations

from simk8s.api.objects import Object, annotations_of
from simk8s.api.patch import Patch
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.marks import VERSION, check_version, mark
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.pair import Pairs
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    return mark(context, "annotation", annotations_of, _annotate)


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
