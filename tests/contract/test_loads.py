"""What JSON libraries let through and the hub refuses, each at its place and never with another error."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routehub_schemas import Invalid, Problem, loads


def refused(raw: bytes) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as refusal:
        loads(raw)
    assert refusal.value.status == 400
    json.dumps(refusal.value.as_dict(), allow_nan=False).encode("utf-8")
    str(refusal.value).encode("utf-8")
    return refusal.value.problems


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (b'{"a":[1,NaN]}', "/a/1", "number"),
        (b'{"a":Infinity}', "/a", "number"),
        (b'{"a":-Infinity}', "/a", "number"),
        (b'{"a":1e999}', "/a", "number"),
        (b'{"a":-1E+400}', "/a", "number"),
        (b'{"a":1180591620717411303424}', "/a", "number"),
        (b'{"a":9223372036854775808}', "/a", "number"),
        (b'{"a":' + b"9" * 10_000 + b"}", "/a", "number"),
        (b'{"a":"\\ud800"}', "/a", "unsafe-text"),
        (b'{"a":"\\udc00\\ud800"}', "/a", "unsafe-text"),
        (b'{"a":"x\\u0000y"}', "/a", "unsafe-text"),
        (b'{"a":"\\b"}', "/a", "unsafe-text"),
        (b'{"a":"\\f"}', "/a", "unsafe-text"),
        ('{"a":"\u202e"}'.encode(), "/a", "unsafe-text"),
        (b'{"a":"\\u202E"}', "/a", "unsafe-text"),
        ('{"a":"\u2066"}'.encode(), "/a", "unsafe-text"),
        (b'{"a":"\x7f"}', "/a", "unsafe-text"),
        ('{"a":["\u0085"]}'.encode(), "/a/0", "unsafe-text"),
        (b'{"b/~":{"\\u0007":1}}', "/b~1~0/\\u0007", "unsafe-text"),
        (b'{"a":{"x":1,"y":2,"x":1}}', "/a/x", "repeated-name"),
        (b'{"a":1,"\\u0061":2}', "/a", "repeated-name"),
    ],
)
def test_a_treacherous_value_is_refused_at_its_place(raw: bytes, pointer: str, code: str) -> None:
    assert [(problem.pointer, problem.code) for problem in refused(raw)] == [(pointer, code)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xef\xbb\xbf{}", "encoding"),
        ('{"a":1}'.encode("utf-16"), "encoding"),
        ('{"a":1}'.encode("utf-16-le"), "encoding"),
        ('{"a":1}'.encode("utf-16-be"), "encoding"),
        ('{"a":1}'.encode("utf-32"), "encoding"),
        ('{"a":1}'.encode("utf-32-be"), "encoding"),
        ('{"a":"é"}'.encode("latin-1"), "encoding"),
        (b'{"a":"\xed\xa0\x80"}', "encoding"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 100_000, "too-deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
        (b"", "malformed"),
        (b'{"a":1', "malformed"),
        (b'{"a":1}{}', "malformed"),
        (b"{'a':1}", "malformed"),
        (b'{"a":01}', "malformed"),
        (b'{"a":"\n"}', "malformed"),
        (b'{"a":1,}', "malformed"),
    ],
)
def test_what_is_no_plain_json_is_refused(raw: bytes, code: str) -> None:
    assert [problem.code for problem in refused(raw)] == [code]


@pytest.mark.parametrize("depth", [32, 33])
@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_has_a_bound(start: str, end: str, depth: int) -> None:
    levels = len(start.replace('"a":', ""))
    raw = start * (depth // levels) + "[" * (depth % levels) + "1" + "]" * (depth % levels) + end * (depth // levels)
    if depth <= 32:
        assert loads(raw.encode()) == json.loads(raw)
    else:
        assert [problem.code for problem in refused(raw.encode())] == ["too-deep"]


def test_all_problems_come_at_once() -> None:
    found = refused(b'{"a":NaN,"b":["\\u0000",1e999],"a":2,"c":{"d":99999999999999999999}}')
    assert {problem.pointer for problem in found} == {"/a", "/b/0", "/b/1", "/c/d"}


def test_many_repeated_names_are_counted_once_and_the_answer_stays_small() -> None:
    raw = b"{" + b",".join(b'"k%d":1' % (number % 50_000) for number in range(100_000)) + b"}"
    assert len(refused(raw)) == 100


def test_what_is_harmless_passes() -> None:
    words = r'"Preševo – 1,9\n\t\u00e9 \ud83d\ude00"'
    raw = f'{{"a":{words},"i":-9223372036854775808,"f":1.5e-7,"id":"0197d2a41e123"}}'
    assert loads(raw.encode()) == json.loads(raw)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs"))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc/~é", max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_ordinary_json_is_read_like_any_library_reads_it(value: Any, plain: bool) -> None:
    raw = json.dumps(value, ensure_ascii=plain).encode()
    assert loads(raw) == json.loads(raw)


@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    with suppress(Invalid):
        loads(raw)
