"""Reading manifests: Kubernetes' own rules for YAML, a place for everything, a clear sentence for what is broken."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.api.composition import resolve
from simk8s.api.manifest import Manifest, ManifestError, load, load_text
from simk8s.api.source import Sources

SHARED = Path(__file__).parents[3] / "shared" / "manifests"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of manifests is not beside the project")

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
"""


def only(text: str) -> Manifest:
    [manifest] = load_text(dedent(text), "x.yaml")
    return manifest


def data(text: str) -> dict[str, object]:
    found: dict[str, object] = only(CONFIG_MAP + dedent(text)).object["data"]
    return found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", True),
        ("Off", False),
        ("y", True),
        ("0755", 493),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("08", 8),
        ("1e3", 1000),
        ("1.5", 1.5),
        ("1.0", 1),
        ("~", None),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
        ("v1", "v1"),
        ("0.0.0.0", "0.0.0.0"),
    ],
)
def test_unquoted_words_mean_what_kubernetes_takes_them_for(written: str, meant: object) -> None:
    assert resolve(written) == meant
    assert type(resolve(written)) is type(meant)


def test_quotes_tags_and_blocks_are_always_text() -> None:
    assert data("data: {a: 'yes', b: !!str 0755, c: \"1\"}\n") == {"a": "yes", "b": "0755", "c": "1"}
    assert data("data:\n  a: |\n    1\n") == {"a": "1\n"}


def test_keys_become_text() -> None:
    assert data("data: {on: 1, 8080: 2, 1.5: 3}\n") == {"true": 1, "8080": 2, "1.5": 3}


def test_anchors_aliases_and_merge_keys_are_resolved() -> None:
    text = """
        data:
          base: &base {a: 1, b: 2}
          more: {<<: *base, b: 3}
        """
    assert data(text)["more"] == {"a": 1, "b": 3}


def test_json_may_be_indented_by_tabs() -> None:
    text = '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "x"}\n}\n'
    assert only(text).object["metadata"]["name"] == "x"


def test_several_documents_and_lists_give_several_objects() -> None:
    items = "kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  apiVersion: v1\n  metadata: {name: a}\n"
    text = f"---\n{CONFIG_MAP}---\n# nothing here\n---\n{items}"
    first, second = load_text(text, "x.yaml")
    assert (first.object["kind"], second.object["kind"]) == ("ConfigMap", "Pod")
    assert str(second.place(("metadata", "name"))) == "x.yaml:14:20"
    assert str(second.start) == "x.yaml:12:3"


def test_every_value_and_every_key_has_its_place() -> None:
    manifest = only(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    image: i\n"
    )
    image = ("spec", "containers", 0, "image")
    assert str(manifest.place(image)) == "x.yaml:8:12"
    assert str(manifest.place(image, key=True)) == "x.yaml:8:5"
    assert str(manifest.place((*image, "missing"))) == "x.yaml:8:12"


def test_a_line_of_a_block_script_is_found_in_the_manifest() -> None:
    text = """\
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec:
          containers:
          - name: c
            command:
            - bash
            - "-c"
            - |
              set -e

                echo "$(hostname)"
        """
    manifest = only(text)
    script = manifest.object["spec"]["containers"][0]["command"][2]
    place = Sources([manifest]).find(script, "c")
    assert place is not None
    assert str(place.at(1, 1)) == "x.yaml:11:7"
    assert str(place.at(3, 3)) == "x.yaml:13:9"


def test_a_folded_script_is_found_piece_by_piece() -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
    text = f'{head}  - command: [sh, -c, "first one &&\n      second two"]\n'
    manifest = only(text)
    place = manifest.scripts[("spec", "containers", 0, "command", 2)]
    script = "first one && second two"
    assert str(place.at(1, script.index("one") + 1)) == "x.yaml:6:30"
    assert str(place.at(1, script.index("two") + 1)) == "x.yaml:7:14"


@pytest.mark.parametrize(
    ("text", "code", "where", "says"),
    [
        ("a: b: c\n", "SK104", "1:5", "mapping values are not allowed"),
        ("kind: Pod\n bad: x\n", "SK104", "2:5", "mapping values are not allowed"),
        ("data: [1, 2\n", "SK104", "2:1", "did not find expected"),
        ("data: {{ name }}\n", "SK104", "1:8", "key must be a plain text"),
        ("kind: Pod\nspec:\n\tcontainers: []\n", "SK105", "3:1", "tab"),
        ("data:\n  a: 1\n  b: 2\n  a: 3\n", "SK106", "4:3", 'key "a" is written twice in one mapping, first in line 2'),
        ("- a\n- b\n", "SK107", "1:1", "this is a list"),
        ("just words\n", "SK107", "1:1", "this is a text"),
        ("apiVersion: v1\n", "SK108", "1:1", "no kind"),
        ("kind: Pod\napiVersoin: v1\n", "SK108", "2:1", "no apiVersion"),
        ("kind: Pod\napiVersion: v1\n", "SK109", "1:1", "no metadata.name"),
        ("kind: Pod\napiVersion: v1\nmetadata:\n  labels: {}\n", "SK109", "4:3", "no metadata.name"),
        ("a: &x [*x]\n", "SK113", "1:4", "contains itself"),
        ("a: \x01\n", "SK104", "1", "YAML"),
    ],
)
def test_broken_yaml_is_refused_with_its_place_and_in_words(text: str, code: str, where: str, says: str) -> None:
    with pytest.raises(ManifestError) as refusal:
        list(load_text(text, "x.yaml"))
    assert (refusal.value.code, str(refusal.value.place)) == (code, f"x.yaml:{where}")
    assert says in refusal.value.message


def test_a_misspelt_key_gets_a_suggestion() -> None:
    with pytest.raises(ManifestError, match="did you mean 'apiVersion'"):
        list(load_text("kind: Pod\napiVersoin: v1\n", "x.yaml"))


def test_what_stands_before_the_broken_document_is_still_read() -> None:
    found = load_text(f"{CONFIG_MAP}---\na: b: c\n", "x.yaml")
    assert next(found).object["kind"] == "ConfigMap"
    with pytest.raises(ManifestError):
        next(found)


def test_a_folder_is_read_sorted_by_name_and_only_manifests(tmp_path: Path) -> None:
    for file in ("b.yml", "a.yaml", "c.json", "notes.txt"):
        (tmp_path / file).write_text(
            CONFIG_MAP if file != "c.json" else '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}'
        )
    assert [Path(manifest.file).name for manifest in load([tmp_path])] == ["a.yaml", "b.yml", "c.json"]


def test_a_missing_file_is_named_and_a_similar_one_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "mysql-statefulset.yaml").write_text(CONFIG_MAP)
    with pytest.raises(ManifestError) as refusal:
        load([tmp_path / "mysql-statefullset.yaml"])
    assert refusal.value.code == "SK101"
    assert "does not exist" in refusal.value.message
    assert "mysql-statefulset.yaml" in refusal.value.hint


@pytest.mark.parametrize(
    ("name", "content", "code"), [("x.yaml", "# nothing\n", "SK110"), ("readme.txt", "hello", "SK111")]
)
def test_nothing_to_read_is_said(tmp_path: Path, name: str, content: str, code: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ManifestError) as refusal:
        load([tmp_path])
    assert refusal.value.code == code


def test_bytes_that_are_no_utf8_are_refused_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(ManifestError) as refusal:
        load([tmp_path / "x.yaml"])
    assert str(refusal.value.place).endswith("x.yaml:2:4")


def test_the_network_is_never_asked() -> None:
    with pytest.raises(ManifestError) as refusal:
        load(["https://example.com/x.yaml"])
    assert refusal.value.code == "SK112"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(text: str) -> None:
    try:
        list(load_text(text, "x.yaml"))
    except ManifestError as error:
        assert error.place is not None


@needs_shared
def test_every_line_of_the_articles_scripts_is_found_where_it_was_written() -> None:
    for manifest in load([SHARED / "article" / "mysql-statefulset.yaml"]):
        lines = Path(manifest.file).read_text().splitlines()
        for path, place in manifest.scripts.items():
            script = manifest.object
            for step in path:
                script = script[step]  # type: ignore[index]
            if "\n" in str(script):
                for number, line in enumerate(str(script).splitlines(), 1):
                    where = place.at(number, 1)
                    assert lines[where.line - 1][where.column - 1 :] == line


@needs_shared
def test_the_whole_gallery_is_read() -> None:
    folders = sorted(folder for folder in (SHARED / "gallery").iterdir() if folder.is_dir())
    assert sum(len(load([folder], recursive=True)) for folder in folders) > 100


def test_a_device_without_an_end_is_refused() -> None:
    if not Path("/dev/zero").is_char_device():
        pytest.skip("there is no /dev/zero here")
    with pytest.raises(ManifestError, match="more than 64 MiB"):
        load(["/dev/zero"])


def test_a_folder_of_folders_names_those_that_have_manifests(tmp_path: Path) -> None:
    (tmp_path / "all" / "web").mkdir(parents=True)
    (tmp_path / "all" / "web" / "web.yaml").write_text("kind: ConfigMap\n")
    with pytest.raises(ManifestError) as error:
        load([tmp_path / "all"])
    assert error.value.hint == f"the folders in it have: {tmp_path / 'all' / 'web'}"


def test_a_file_whose_name_is_no_text_is_told_as_one(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"a\xffb.yaml")
    try:
        file.write_text(CONFIG_MAP)
    except OSError:
        pytest.skip("this file system wants text")
    (found,) = load([file])
    assert found.file == str(tmp_path / "a\ufffdb.yaml")
