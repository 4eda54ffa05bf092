"""`label` and `annotate`: pairs set, refused, listed and taken away."""

from __future__ import annotations

import pytest

from tests.kubectl.kubectl_shell import Shell


@pytest.mark.parametrize(
    ("verb", "what", "done"), [("label", "label", "labeled"), ("annotate", "annotation", "annotated")]
)
def test_a_pair_is_set_listed_kept_from_another_value_and_removed(
    mysql: Shell, verb: str, what: str, done: str
) -> None:
    assert mysql(f"{verb} pod mysql-0 color=red").out == f"pod/mysql-0 {done}\n"
    assert "color=red" in mysql(f"{verb} pod mysql-0 --list").out.splitlines()
    refused = mysql(f"{verb} pod mysql-0 color=blue")
    assert (refused.status, "already has a value (red)" in refused.err) == (1, True)
    assert mysql(f"{verb} pod mysql-0 color=blue --overwrite").status == 0
    assert mysql(f"{verb} pod mysql-0 color-").status == 0
    assert "color" not in mysql(f"{verb} pod mysql-0 --list").out
    assert f"at least one {what} update is required" in mysql(f"{verb} pod mysql-0").err
