"""`kubectl label`: set and remove labels."""

from __future__ import annotations

import re

from simk8s.api.objects import Object, labels
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
    return mark(context, "label", labels, _label, _check)


def _check(key: str, value: str) -> None:
    if not _VALUE.fullmatch(value):
        raise Failure(f'invalid label value: "{key}={value}": {_WHAT_A_VALUE_IS}')


_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_WHAT_A_VALUE_IS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def _label(context: Context, each: Chosen, pairs: Pairs) -> Run[None]:
    arguments = context.arguments
    own = labels(each.object)
    if not arguments["overwrite"]:
        for key, value in pairs.set.items():
            if own.get(key, value) != value:
                raise Failure(f"'{key}' already has a value ({own[key]}), and --overwrite is false")
    check_version(context, each)
    for key in pairs.remove:
        if key not in own:
            context.out(f'label "{key}" not found.\n')
    new = {**own, **pairs.set}
    new = {key: value for key, value in new.items() if key not in pairs.remove}
    done = "not labeled" if new == own else "unlabeled" if pairs.remove and not pairs.set else "labeled"
    change: Object = {**pairs.set, **dict.fromkeys(pairs.remove)}
    obj = yield from context.patch(each.resource, each.object, Patch("merge", {"metadata": {"labels": change}}))
    report(context, each.resource, obj, done)


COMMAND = Command(
    "label",
    "Set or remove labels.",
    "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]",
    (
        *choice.FLAGS,
        dry_run.FLAG,
        Flag("list", "bool", False, "print the labels"),
        OUTPUT,
        Flag("overwrite", "bool", False, "give another value to a label that has one"),
        VERSION,
    ),
    run,
    (
        ("Take a Pod out of its Service, but keep it", "kubectl label pod mysql-2 app=broken --overwrite"),
        ("Remove a label", "kubectl label pod mysql-2 color-"),
    ),
    not_modelled="allow-missing-template-keys field-manager k kustomize local show-managed-fields template",
)
