"""The functions of SQL that the model knows. Unknown ones are refused with 1305, as MySQL does."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from simk8s.mysql.column import Value
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.text_function import MANY, TEXT_FUNCTIONS, Function, int_of
from simk8s.mysql.engine.value import (
    Number,
    arithmetic,
    compare,
    datetime_of,
    number_of,
    round_half_up,
    text_of,
    time_of,
    truth_of,
)
from simk8s.mysql.errors import MySQLError, not_supported


def shift(value: Value, amount: Value, unit: str, sign: int) -> Value:
    """`value` moved by an interval; a date stays one unless hours or less are added."""
    moment, number = datetime_of(value), number_of(amount)
    if moment is None or number is None:
        return None
    try:
        moved = _moved(moment, number, unit, sign)
    except (OverflowError, ValueError):
        return None
    is_plain_date = isinstance(value, date) and not isinstance(value, datetime)
    if isinstance(value, str):
        is_plain_date = len(value.strip()) <= 10
    whole_days = unit in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
    result: Value = moved.date() if is_plain_date and whole_days else moved
    return text_of(result) if isinstance(value, str) else result


def _moved(moment: datetime, number: Number, unit: str, sign: int) -> datetime:
    count = int(number) * sign
    if unit in ("YEAR", "QUARTER", "MONTH"):
        return _add_months(moment, count * {"YEAR": 12, "QUARTER": 3, "MONTH": 1}[unit])
    if unit in _SECONDS:
        seconds = Decimal(str(number)) * sign if unit == "SECOND" else Decimal(count) * _SECONDS[unit]
        return moment + timedelta(microseconds=int(seconds * 1_000_000))
    if unit == "MICROSECOND":
        return moment + timedelta(microseconds=count)
    raise not_supported(f"INTERVAL ... {unit}")


_SECONDS = {"WEEK": 604800, "DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}


def _add_months(moment: datetime, months: int) -> datetime:
    total = moment.year * 12 + moment.month - 1 + months
    year, month = total // 12, total % 12 + 1
    following = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
    return moment.replace(year=year, month=month, day=min(moment.day, (following - timedelta(days=1)).day))


# ── the session and the clock ────────────────────────────────────────────────────────────────────────────────────


def _now(context: Evaluation, digits: Value = 0) -> Value:
    count = int_of(digits)
    if not 0 <= count <= 6:
        raise MySQLError(1426, count, "now", 6)
    unit = 10 ** (6 - count)
    return context.now.replace(microsecond=context.now.microsecond // unit * unit)


def _sysdate(context: Evaluation, digits: Value = 0) -> Value:
    return context.server.now().replace(microsecond=0)


def _sleep(context: Evaluation, seconds: Value) -> Value:
    number = number_of(seconds)
    if number is None or number < 0:
        raise MySQLError(1210, "sleep.")
    context.sleep += float(number)
    return 0


def _version(context: Evaluation) -> Value:
    return context.server.version


def _current_user(context: Evaluation) -> Value:
    return context.session.account.name


def _row_count(context: Evaluation) -> Value:
    return context.session.row_count


def _last_insert_id(context: Evaluation, value: Value = None) -> Value:
    if value is not None:
        context.session.last_insert_id = int(number_of(value) or 0)
    return context.session.last_insert_id


def _uuid(context: Evaluation) -> Value:
    return context.server.host.new_uuid()


def _unix_timestamp(context: Evaluation, value: Value = None) -> Value:
    moment = context.now if value is None else datetime_of(value)
    return None if moment is None else int((moment - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001


def _from_unixtime(context: Evaluation, value: Value) -> Value:
    return datetime(1970, 1, 1) + timedelta(seconds=int(number_of(value) or 0))  # noqa: DTZ001


_FORMATS = {
    "Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S", "f": "%f", "M": "%B",
    "b": "%b", "W": "%A", "a": "%a", "j": "%j", "T": "%H:%M:%S", "p": "%p", "h": "%I", "I": "%I", "%": "%%",
}  # fmt: skip


def _date_format(context: Evaluation, value: Value, form: Value) -> Value:
    moment, text = datetime_of(value), text_of(form) or ""
    if moment is None:
        return None
    pieces, letters = [], iter(text)
    for letter in letters:
        if letter != "%":
            pieces.append(letter)
            continue
        key = next(letters, "")
        if key in ("c", "e", "k", "l"):
            number = {"c": moment.month, "e": moment.day, "k": moment.hour, "l": (moment.hour - 1) % 12 + 1}[key]
            pieces.append(str(number))
        else:
            pieces.append(moment.strftime(_FORMATS[key]) if key in _FORMATS else key)
    return "".join(pieces)


def _extract(context: Evaluation, unit: Value, value: Value) -> Value:
    moment = datetime_of(value)
    if moment is None:
        return None
    parts: dict[str, int] = {
        "YEAR": moment.year,
        "QUARTER": (moment.month + 2) // 3,
        "MONTH": moment.month,
        "DAY": moment.day,
        "HOUR": moment.hour,
        "MINUTE": moment.minute,
        "SECOND": moment.second,
        "MICROSECOND": moment.microsecond,
    }
    if unit not in parts:
        raise not_supported(f"EXTRACT({text_of(unit)} FROM ...)")
    return parts[str(unit)]


def _part(unit: str) -> Function:
    return Function(lambda context, value: _extract(context, unit, value), 1, 1)


def _date(context: Evaluation, value: Value) -> Value:
    moment = datetime_of(value)
    return moment.date() if moment is not None else None


def _datediff(context: Evaluation, first: Value, second: Value) -> Value:
    one, other = datetime_of(first), datetime_of(second)
    return None if one is None or other is None else (one.date() - other.date()).days


def _timestampdiff(context: Evaluation, unit: Value, first: Value, second: Value) -> Value:
    one, other = datetime_of(first), datetime_of(second)
    if one is None or other is None:
        return None
    if unit in ("YEAR", "QUARTER", "MONTH"):
        low, high, sign = (one, other, 1) if one <= other else (other, one, -1)
        months = (high.year - low.year) * 12 + high.month - low.month
        months -= (high.day, high.time()) < (low.day, low.time())
        return sign * (months // {"YEAR": 12, "QUARTER": 3, "MONTH": 1}[str(unit)])
    if unit != "MICROSECOND" and unit not in _SECONDS:
        raise not_supported(f"TIMESTAMPDIFF({unit!s}, ...)")
    seconds = (other - one).total_seconds()
    return int(seconds * 1_000_000) if unit == "MICROSECOND" else int(seconds / _SECONDS[str(unit)])


# ── choice ───────────────────────────────────────────────────────────────────────────────────────────────────────

_Argument = Callable[[], Value]


def _if(context: Evaluation, test: _Argument, yes: _Argument, no: _Argument) -> Value:
    return yes() if truth_of(test()) else no()


def _coalesce(context: Evaluation, *arguments: _Argument) -> Value:
    return next((value for value in (argument() for argument in arguments) if value is not None), None)


def _nullif(context: Evaluation, first: Value, second: Value) -> Value:
    return None if first is not None and second is not None and compare(first, second) == 0 else first


def _extreme(sign: int) -> Callable[..., Value]:
    def body(context: Evaluation, *values: Value) -> Value:
        best = values[0]
        for value in values[1:]:
            if (compare(value, best) or 0) * sign > 0:
                best = value
        return best

    return body


def _field(context: Evaluation, wanted: Value, *choices: Value) -> Value:
    return next((place for place, choice in enumerate(choices, 1) if compare(wanted, choice) == 0), 0)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _round(context: Evaluation, value: Value, places: Value = 0) -> Value:
    number, digits = number_of(value), int_of(places)
    if isinstance(number, float):
        return round(number, digits)
    exact = round_half_up(Decimal(number or 0), digits)
    return int(exact) if digits <= 0 else exact


def _floor(direction: int) -> Callable[..., Value]:
    def body(context: Evaluation, value: Value) -> Value:
        number: Number = number_of(value) or 0
        return int(math.floor(number) if direction < 0 else math.ceil(number))

    return body


def _abs(context: Evaluation, value: Value) -> Value:
    number: Number = number_of(value) or 0
    return -number if number < 0 else number


def _mod(context: Evaluation, first: Value, second: Value) -> Value:
    return arithmetic("%", first, second)


def _refused(name: str) -> Callable[..., Value]:
    def body(context: Evaluation, *values: Value) -> Value:
        raise not_supported(f"{name}()")

    return body


FUNCTIONS: dict[str, Function] = {
    **TEXT_FUNCTIONS,
    "NOW": Function(_now, 0, 1),
    "CURRENT_TIMESTAMP": Function(_now, 0, 1),
    "LOCALTIME": Function(_now, 0, 1),
    "UTC_TIMESTAMP": Function(_now, 0, 1),
    "SYSDATE": Function(_sysdate, 0, 1),
    "CURDATE": Function(lambda context: context.now.date()),
    "CURRENT_DATE": Function(lambda context: context.now.date()),
    "CURTIME": Function(lambda context: time_of(context.now.replace(microsecond=0))),
    "CURRENT_TIME": Function(lambda context: time_of(context.now.replace(microsecond=0))),
    "SLEEP": Function(_sleep, 1, 1, null_in_null_out=False),
    "VERSION": Function(_version),
    "USER": Function(lambda context: f"{context.session.user}@{context.session.host}"),
    "SESSION_USER": Function(lambda context: f"{context.session.user}@{context.session.host}"),
    "SYSTEM_USER": Function(lambda context: f"{context.session.user}@{context.session.host}"),
    "CURRENT_USER": Function(_current_user),
    "DATABASE": Function(lambda context: context.session.database or None),
    "SCHEMA": Function(lambda context: context.session.database or None),
    "CONNECTION_ID": Function(lambda context: context.session.id),
    "LAST_INSERT_ID": Function(_last_insert_id, 0, 1),
    "ROW_COUNT": Function(_row_count),
    "FOUND_ROWS": Function(lambda context: context.session.found_rows),
    "UUID": Function(_uuid),
    "RAND": Function(_refused("RAND"), 0, 1),
    "UNIX_TIMESTAMP": Function(_unix_timestamp, 0, 1),
    "FROM_UNIXTIME": Function(_from_unixtime, 1, 1),
    "DATE_FORMAT": Function(_date_format, 2, 2),
    "DATE": Function(_date, 1, 1),
    "TIME": Function(lambda context, value: time_of(value), 1, 1),
    "TIMESTAMP": Function(lambda context, value: datetime_of(value), 1, 1),
    "EXTRACT": Function(_extract, 2, 2),
    "YEAR": _part("YEAR"),
    "MONTH": _part("MONTH"),
    "DAY": _part("DAY"),
    "DAYOFMONTH": _part("DAY"),
    "HOUR": _part("HOUR"),
    "MINUTE": _part("MINUTE"),
    "SECOND": _part("SECOND"),
    "DATEDIFF": Function(_datediff, 2, 2),
    "TIMESTAMPDIFF": Function(_timestampdiff, 3, 3),
    "IF": Function(_if, 3, 3, lazy=True),
    "IFNULL": Function(_coalesce, 2, 2, lazy=True),
    "COALESCE": Function(_coalesce, 1, MANY, lazy=True),
    "NULLIF": Function(_nullif, 2, 2, null_in_null_out=False),
    "ISNULL": Function(lambda context, value: int(value is None), 1, 1, null_in_null_out=False),
    "GREATEST": Function(_extreme(1), 2, MANY),
    "LEAST": Function(_extreme(-1), 2, MANY),
    "FIELD": Function(_field, 2, MANY, null_in_null_out=False),
    "COLLATE": Function(lambda context, value, name: value, 2, 2),
    "ROUND": Function(_round, 1, 2),
    "FLOOR": Function(_floor(-1), 1, 1),
    "CEIL": Function(_floor(1), 1, 1),
    "CEILING": Function(_floor(1), 1, 1),
    "ABS": Function(_abs, 1, 1),
    "MOD": Function(_mod, 2, 2),
    "SIGN": Function(lambda context, value: compare(number_of(value), 0) or 0, 1, 1),
    "POW": Function(lambda context, a, b: float(number_of(a) or 0) ** float(number_of(b) or 0), 2, 2),
    "POWER": Function(lambda context, a, b: float(number_of(a) or 0) ** float(number_of(b) or 0), 2, 2),
    "ANY_VALUE": Function(lambda context, value: value, 1, 1, null_in_null_out=False),
}
