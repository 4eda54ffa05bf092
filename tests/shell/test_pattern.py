"""Shell patterns and POSIX extended regular expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.shell import expression, pattern


@pytest.mark.parametrize(
    ("shape", "subject", "expected"),
    [
        ("*", "", True),
        ("a*c", "abc", True),
        ("a?c", "ac", False),
        ("[a-c]", "b", True),
        ("[!a-c]", "b", False),
        ("[^a-c]", "d", True),
        ("[[:digit:]]x", "5x", True),
        ("[]a]", "]", True),
        ("[a", "[a", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("@(foo|bar)", "bar", True),
        ("+(ab)", "abab", True),
        ("*(ab)", "", True),
        ("?(a)b", "b", True),
        ("!(*.h)", "a.c", True),
        ("!(*.h)", "a.h", False),
        ("!(a)b", "ab", False),
        ("!(a)b", "xb", True),
        ("@(a|@(b|c))", "c", True),
        ("a(b", "a(b", True),
    ],
)
def test_a_pattern_matches_what_it_should(shape: str, subject: str, expected: bool) -> None:
    assert pattern.matches(shape, subject) is expected


def test_a_wildcard_does_not_match_a_slash_in_a_path() -> None:
    assert pattern.compiled("*", path=True).fullmatch("a/b") is None


@given(st.text(max_size=20))
def test_quoted_text_matches_itself_only(text: str) -> None:
    quoted = pattern.quote_pattern(text)
    assert pattern.matches(quoted, text)
    assert not pattern.matches(quoted, text + "x")
    assert pattern.literal_text(quoted) == text


@given(st.text(alphabet="*?[]!^-ab\\()|+@", max_size=12), st.text(alphabet="ab-", max_size=6))
def test_any_pattern_compiles(shape: str, subject: str) -> None:
    pattern.matches(shape, subject)


@pytest.mark.parametrize("shape", ["+(a|aa)b", "*(*(a)|+(a|a))b", "!(*(a|aa)b)c", "+(+(a)|*a)b"])
def test_no_group_tries_every_way_to_cut_the_subject_up(shape: str) -> None:
    assert not pattern.matches(shape, "a" * 200)
    assert pattern.remove_prefix("a" * 200, shape, longest=True) == "a" * 200


@pytest.mark.parametrize(
    ("ere", "subject", "groups"),
    [
        ("-([0-9]+)$", "mysql-12", ["-12", "12"]),
        ("^(.*?)[[:space:]]+(.*?)$", "mysql-bin.000003\t154", ["mysql-bin.000003\t154", "mysql-bin.000003", "154"]),
        ("foo|foobar", "foobar", ["foobar"]),
        (r"\d+", "5d", ["d"]),
        (r"\w+", "-a_1-", ["a_1"]),
        ("a{2,}", "caaat", ["aaa"]),
        ("a{,2}", "aaa", ["aa"]),
        ("(a)|b", "b", ["b", ""]),
        ("[[:upper:][:digit:]_]+", "x_A1y", ["_A1"]),
        ("[a\\]", "\\", ["\\"]),
        ("a**", "aa", ["aa"]),
        ("x", "y", None),
        ("^$", "", [""]),
        ("a.c", "a\nc", ["a\nc"]),
        ("{", "{", ["{"]),
    ],
)
def test_an_expression_matches_leftmost_longest(ere: str, subject: str, groups: list[str] | None) -> None:
    assert expression.search(ere, subject) == groups


@pytest.mark.parametrize("ere", ["(", "[a", "*a", "a{2,1}", "[[:nope:]]", "a\\", "+"])
def test_a_bad_expression_is_refused(ere: str) -> None:
    with pytest.raises(expression.BadExpression):
        expression.search(ere, "a")


@given(st.text(max_size=20))
def test_a_quoted_expression_matches_itself(text: str) -> None:
    found = expression.search(f"^{expression.quote_expression(text)}$", text)
    assert found == [text]


@given(st.text(alphabet="ab*?[]!\\", max_size=8), st.text(alphabet="abc", max_size=8))
def test_what_is_cut_off_an_end_is_the_shortest_or_longest_text_that_matches_as_a_whole(
    shape: str, subject: str
) -> None:
    ends = [end for end in range(len(subject) + 1) if pattern.matches(shape, subject[:end])] or [0]
    starts = [start for start in range(len(subject) + 1) if pattern.matches(shape, subject[start:])] or [len(subject)]
    for longest, end, start in ((False, ends[0], starts[-1]), (True, ends[-1], starts[0])):
        assert pattern.remove_prefix(subject, shape, longest=longest) == subject[end:]
        assert pattern.remove_suffix(subject, shape, longest=longest) == subject[:start]


def test_a_pattern_with_many_stars_does_not_go_back_in_a_long_text() -> None:
    long = "a" * 200_000
    assert not pattern.matches("*a*a*a*b", long)
    assert pattern.replace(long, "a*b", ["x"], everywhere=True) == long
    assert pattern.remove_suffix(long, "b*a*", longest=True) == long
