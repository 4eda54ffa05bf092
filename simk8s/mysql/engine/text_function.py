"""The functions of SQL that work on text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from typing import Any

from simk8s.mysql.column import Value
from simk8s.mysql.engine.account import password_hash
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.value import number_of, text_of
from simk8s.mysql.errors import not_supported

MANY = 10**6
MAX_TEXT = 4 << 20  # max_allowed_packet: a longer result is NULL


@dataclass(frozen=True, slots=True)
class Function:
    """`low` to `high` arguments. A `lazy` one gets its arguments as functions, to call those it needs."""

    body: Callable[..., Value]
    low: int = 0
    high: int = 0
    null_in_null_out: bool = True
    lazy: bool = False


def _texts(body: Callable[..., Value]) -> Callable[..., Value]:
    """A function whose first argument is text."""
    return lambda context, value, *rest: body(text_of(value), *rest)


def _length(context: Evaluation, value: Value) -> Value:
    return len(value) if isinstance(value, bytes) else len((text_of(value) or "").encode())


def int_of(value: Value) -> int:
    return int(number_of(value) or 0)


def _substring(text: str, start: Value, length: Value = None) -> Value:
    begin = int_of(start)
    if begin == 0 or abs(begin) > len(text):
        return ""
    begin = begin - 1 if begin > 0 else len(text) + begin
    return text[begin:] if length is None else text[begin : begin + max(int_of(length), 0)]


def _substring_index(text: str, delimiter: Value, count: Value) -> Value:
    mark, number = text_of(delimiter) or "", int_of(count)
    if not mark or not number:
        return ""
    parts = text.split(mark)
    return mark.join(parts[:number] if number > 0 else parts[number:])


def _concat_ws(context: Evaluation, separator: Value, *values: Value) -> Value:
    if separator is None:
        return None
    return (text_of(separator) or "").join(text_of(value) or "" for value in values if value is not None)


def _repeat(text: str, count: Value) -> Value:
    times = max(int_of(count), 0)
    return text * times if len(text) * times <= MAX_TEXT else None


def _pad(left: bool) -> Callable[..., Value]:
    def body(text: str, size: Value, fill: Value) -> Value:
        wanted, filler = int_of(size), text_of(fill) or ""
        if not 0 <= wanted <= MAX_TEXT:
            return None
        if wanted <= len(text):
            return text[:wanted]
        missing = (filler * wanted)[: wanted - len(text)]
        return missing + text if left else text + missing

    return body


def _char(context: Evaluation, *codes: Value) -> Value:
    return bytes(int_of(code) % 256 for code in codes if code is not None)


def _hex(context: Evaluation, value: Value) -> Value:
    if isinstance(value, int):
        return f"{value % 2**64:X}"
    return (value if isinstance(value, bytes) else (text_of(value) or "").encode()).hex().upper()


def _digest(make: Any) -> Callable[..., Value]:
    def body(context: Evaluation, value: Value) -> Value:
        digest: str = make(value if isinstance(value, bytes) else (text_of(value) or "").encode()).hexdigest()
        return digest

    return body


def _sha2(context: Evaluation, value: Value, bits: Value) -> Value:
    if int_of(bits) not in (0, 256):
        raise not_supported(f"SHA2(..., {text_of(bits)})")
    return _digest(sha256)(context, value)


TEXT_FUNCTIONS: dict[str, Function] = {
    "CONCAT": Function(lambda context, *values: "".join(text_of(v) or "" for v in values), 1, MANY),
    "CONCAT_WS": Function(_concat_ws, 2, MANY, null_in_null_out=False),
    "LENGTH": Function(_length, 1, 1),
    "OCTET_LENGTH": Function(_length, 1, 1),
    "CHAR_LENGTH": Function(_texts(len), 1, 1),
    "CHARACTER_LENGTH": Function(_texts(len), 1, 1),
    "UPPER": Function(_texts(str.upper), 1, 1),
    "UCASE": Function(_texts(str.upper), 1, 1),
    "LOWER": Function(_texts(str.lower), 1, 1),
    "LCASE": Function(_texts(str.lower), 1, 1),
    "TRIM": Function(_texts(lambda text: text.strip(" ")), 1, 1),
    "LTRIM": Function(_texts(lambda text: text.lstrip(" ")), 1, 1),
    "RTRIM": Function(_texts(lambda text: text.rstrip(" ")), 1, 1),
    "REVERSE": Function(_texts(lambda text: text[::-1]), 1, 1),
    "LEFT": Function(_texts(lambda text, count: text[: max(int_of(count), 0)]), 2, 2),
    "RIGHT": Function(_texts(lambda text, count: text[-int_of(count) :] if int_of(count) > 0 else ""), 2, 2),
    "REPEAT": Function(_texts(_repeat), 2, 2),
    "REPLACE": Function(_texts(lambda t, old, new: t.replace(text_of(old), text_of(new)) if old else t), 3, 3),
    "SUBSTRING": Function(_texts(_substring), 2, 3),
    "SUBSTR": Function(_texts(_substring), 2, 3),
    "MID": Function(_texts(_substring), 3, 3),
    "SUBSTRING_INDEX": Function(_texts(_substring_index), 3, 3),
    "INSTR": Function(_texts(lambda text, part: text.lower().find((text_of(part) or "").lower()) + 1), 2, 2),
    "LOCATE": Function(_texts(lambda part, text: (text_of(text) or "").lower().find(part.lower()) + 1), 2, 2),
    "LPAD": Function(_texts(_pad(True)), 3, 3),
    "RPAD": Function(_texts(_pad(False)), 3, 3),
    "SPACE": Function(lambda context, count: _repeat(" ", count), 1, 1),
    "CHAR": Function(_char, 1, MANY, null_in_null_out=False),
    "ASCII": Function(_texts(lambda text: text.encode()[0] if text else 0), 1, 1),
    "HEX": Function(_hex, 1, 1),
    "UNHEX": Function(_texts(bytes.fromhex), 1, 1),
    "MD5": Function(_digest(md5), 1, 1),
    "SHA1": Function(_digest(sha1), 1, 1),
    "SHA": Function(_digest(sha1), 1, 1),
    "SHA2": Function(_sha2, 2, 2),
    "PASSWORD": Function(_texts(password_hash), 1, 1),
}
