"""`patch`, `label`, `annotate`, `edit`, `taint`, `cordon`: texts as kubectl 1.33 printed them for the same objects."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import pytest

from tests.kubectl.kubectl_shell import Shell


@pytest.mark.parametrize(
    ("line", "out", "err"),
    [
        ("label pod mysql-0 a=b", "pod/mysql-0 labeled\n", ""),
        ("label pod mysql-0 app=mysql", "pod/mysql-0 not labeled\n", ""),
        ("label pod mysql-0 app-", "pod/mysql-0 unlabeled\n", ""),
        ("label pod mysql-0 app=x", "", "error: 'app' already has a value (mysql), and --overwrite is false\n"),
        ("label pod mysql-0 a=b --dry-run=client", "pod/mysql-0 labeled (dry run)\n", ""),
        ("label pod mysql-0 a=b --dry-run=server", "pod/mysql-0 labeled (server dry run)\n", ""),
        ("label pod mysql-0", "", "error: at least one label update is required\n"),
        ("annotate pod mysql-0 a=b", "pod/mysql-0 annotated\n", ""),
        ("patch pod mysql-0 -p '{\"metadata\":{\"labels\":{\"a\":\"b\"}}}'", "pod/mysql-0 patched\n", ""),
        ("patch pod mysql-0 -p '{}'", "pod/mysql-0 patched (no change)\n", ""),
        ("patch pod mysql-0 --type=foo -p '{}'", "", 'error: --type must be one of [json merge strategic], not "foo"\n'),
        ("top pods", "", "error: Metrics API not available\n"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_change(mysql: Shell, line: str, out: str, err: str) -> None:  # KCTL-13
    printed = mysql(line)
    assert (printed.out, printed.err) == (out, err)


def test_a_dry_run_changes_nothing(mysql: Shell) -> None:
    before = mysql.store.version
    for mode in ("client", "server"):
        mysql(f"label pod mysql-0 a=b --dry-run={mode}")
        mysql(f"delete pod mysql-0 --dry-run={mode}")
    assert mysql.store.version == before


def test_a_failed_test_of_a_json_patch_refuses_the_whole(mysql: Shell) -> None:
    printed = mysql('patch pod mysql-0 --type=json -p \'[{"op":"test","path":"/spec/nodeName","value":"x"}]\'')
    text = "The request is invalid: the server rejected our request due to an error in our request\n"
    assert (printed.err, printed.status) == (text, 1)


def test_edit_takes_the_edited_object_from_standard_input(mysql: Shell) -> None:
    text = mysql("get pod mysql-0 -o yaml").out
    assert mysql("edit pod mysql-0", text).err == "Edit cancelled, no changes made.\n"
    assert mysql("edit pod mysql-0", text.replace("app: mysql", "app: other")).out == "pod/mysql-0 edited\n"
    assert mysql.store.get("Pod", "mysql-0")["metadata"]["labels"] == {"app": "other"}


def test_a_watch_ends_at_the_request_timeout_without_a_word(mysql: Shell) -> None:  # KCTL-14
    printed = mysql("get pods -w --request-timeout=5s")
    assert (printed.out.splitlines()[0].split()[0], printed.err, printed.status) == ("NAME", "", 0)
