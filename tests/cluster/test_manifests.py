"""What can be applied, and the scripts in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.cluster.manifests import check_scripts, manifests, scripts
from simk8s.errors import SimError

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: example
spec:
  containers:
    - name: main
      image: bash
      command:
        - bash
        - -c
        - |
          echo one
          {}
"""


def refused(line: str) -> SimError:
    (manifest,) = manifests([POD.format(line)])
    with pytest.raises(SimError) as error:
        check_scripts(manifest)
    return error.value


def test_paths_texts_and_objects_may_be_mixed(tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD.format("echo two"))
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
    found = manifests([str(file), file, [thing, POD.format("echo three")]])
    assert [m.object["kind"] for m in found] == ["Pod", "Pod", "ConfigMap", "Pod"]


def test_a_script_is_found_behind_its_shell_and_its_options() -> None:
    (manifest,) = manifests([POD.format("echo two")])
    manifest.object["spec"]["containers"][0]["command"][1:2] = ["-eu", "-o", "pipefail", "-c"]
    assert [script.text for script in scripts(manifest)] == ["echo one\necho two\n"]


def test_a_program_that_is_no_shell_has_no_script() -> None:
    (manifest,) = manifests([POD.format("echo two")])
    manifest.object["spec"]["containers"][0]["command"] = ["mysqld", "-c", "if"]
    assert list(scripts(manifest)) == []


def test_a_syntax_error_is_told_where_it_stands_in_the_manifest() -> None:
    error = refused("if true; fi")
    assert error.code == "SK210"
    assert str(error.place) == "text:14:20"
    assert 'in container "main", line 2 of its script' in error.message


def test_a_script_for_sh_is_refused_only_if_no_sh_could_read_it() -> None:
    (manifest,) = manifests([POD.format("diff <(echo a) b").replace("- bash\n", "- sh\n")])
    check_scripts(manifest)
