"""Dates as people write them, read as GNU's date reads them: items in any order, each with its own effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DAYS = {name: number for number, name in enumerate("mon tue wed thu fri sat sun".split())}
_UNITS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86400, "week": 604800,
          "fortnight": 1209600}  # fmt: skip
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
          "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "bst": 1, "eet": 2, "msk": 3, "jst": 9}  # fmt: skip
_ORDINALS = {"last": -1, "this": 0, "next": 1, "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
             "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12}  # fmt: skip
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"


@dataclass(slots=True)
class Reading:
    """What the items read so far have said."""

    date: tuple[int, int, int] | None = None
    clock: float | None = None
    zone_seconds: int | None = None
    weekday: tuple[int, int] | None = None
    months: int = 0
    seconds: float = 0.0
    is_relative: bool = False

    def moment(self, now: datetime) -> datetime:
        """The moment that is meant. Raises ValueError or OverflowError where there is none."""
        year, month, day = self.date or (now.year, now.month, now.day)
        start = datetime(year, month, day, tzinfo=UTC)
        if self.clock is not None:
            start += timedelta(seconds=self.clock)
        elif self.is_relative and self.date is None and self.weekday is None:
            start = now
        if self.months:
            total = start.year * 12 + start.month - 1 + self.months
            first = start.replace(year=total // 12, month=total % 12 + 1, day=1)
            start = first + timedelta(days=start.day - 1)  # the 31st of a short month is in the next one
        if self.weekday is not None and self.date is None:
            wanted, ordinal = self.weekday
            ahead = (wanted - start.weekday()) % 7 + 7 * (ordinal - (ordinal > 0 and start.weekday() != wanted))
            start += timedelta(days=ahead)
        return start + timedelta(seconds=self.seconds - (self.zone_seconds or 0))


def _year(text: str) -> int:
    number = int(text)
    return number if len(text) > 2 else number + (2000 if number < 69 else 1900)


def _set_date(reading: Reading, year: int, month: int, day: int) -> bool:
    if reading.date is not None:
        return False
    reading.date = (year, month, day)
    return True


def _iso(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    return _set_date(reading, int(match[1]), int(match[2]), int(match[3]))


def _american(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    return _set_date(reading, _year(match[3]) if match[3] else now.year, int(match[1]), int(match[2]))


def _day_first(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    return _set_date(reading, _year(match[3]) if match[3] else now.year, _MONTHS[match[2][:3]], int(match[1]))


def _month_first(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    return _set_date(reading, int(match[3]) if match[3] else now.year, _MONTHS[match[1][:3]], int(match[2]))


def _clock(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    hour, minute, second = int(match[1]), int(match[2] or 0), float((match[3] or "0").replace(",", "."))
    half = (match[4] or "").replace(".", "")
    if reading.clock is not None or minute > 59 or second >= 61 or hour > (12 if half else 23) or (half and not hour):
        return False
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    reading.clock = hour * 3600 + minute * 60 + second
    return True


def _zone(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    if match[1]:
        reading.zone_seconds = _ZONES[match[1]] * 3600
        return True
    if reading.clock is None:
        return False
    digits = match[3] if match[4] else match[3].ljust(4, "0") if len(match[3]) <= 2 else match[3].zfill(4)
    hours, minutes = (int(match[3]), int(match[4])) if match[4] else (int(digits[:2]), int(digits[2:]))
    reading.zone_seconds = (hours * 3600 + minutes * 60) * (-1 if match[2] == "-" else 1)
    return True


def _weekday(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    if reading.weekday is not None:
        return False
    reading.weekday = (_DAYS[match[2][:3]], _ORDINALS[match[1]] if match[1] else 0)
    return True


def _relative(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    sign, number, ordinal, unit, ago = match.groups()
    count = _ORDINALS[ordinal] if ordinal else int(number or 1)
    count = -count if (sign == "-") != bool(ago) else count
    reading.is_relative = True
    if unit in ("month", "year"):
        reading.months += count * (12 if unit == "year" else 1)
    else:
        reading.seconds += count * _UNITS[unit]
    return True


def _shift(reading: Reading, match: re.Match[str], now: datetime) -> bool:
    reading.is_relative = True
    reading.seconds += {"yesterday": -86400, "tomorrow": 86400}.get(match[1], 0)
    return True


_Item = Callable[[Reading, re.Match[str], datetime], bool]
_UNIT = "|".join([*_UNITS, "month", "year"])
_ITEMS: list[tuple[re.Pattern[str], _Item]] = [
    (re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?=t\d|\D|$)"), _iso),
    (re.compile(r"(\d{4})/(\d\d?)/(\d\d?)\b"), _iso),
    (re.compile(r"(\d\d?)/(\d\d?)(?:/(\d{4}|\d\d))?\b"), _american),
    (re.compile(r"(\d{4})(\d\d)(\d\d)(?=t\d|\D|$)"), _iso),
    (re.compile(r"t?(\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?(?:\s*(am|pm|a\.m\.|p\.m\.))?"), _clock),
    (re.compile(r"(\d\d?)()()\s*(am|pm|a\.m\.|p\.m\.)"), _clock),
    (re.compile(rf"(\d\d?)[\s-]*{_MONTH}(?:[\s,-]*(\d{{4}}|\d\d(?=\s|$)))?\b"), _day_first),
    (re.compile(rf"{_MONTH}\s*(\d\d?)\b(?!:)(?:(?:\s*,\s*|\s+)(\d{{4}})\b)?"), _month_first),
    (re.compile(rf"([-+]?)\s*(\d+)?\s*({'|'.join(_ORDINALS)})?\s*\b({_UNIT})s?\b(\s+ago\b)?"), _relative),
    (
        re.compile(
            rf"(?:({'|'.join(_ORDINALS)})\s+)?(mon|tues?|wed|thu|thurs?|fri|sat|sun)(?:[a-z]*day|nesday)?\b[,.]?"
        ),
        _weekday,
    ),
    (re.compile(r"(yesterday|tomorrow|today|now)\b"), _shift),
    (re.compile(rf"(?:({'|'.join(_ZONES)})\b|([-+])(\d\d?(?=:)|\d{{1,4}}):?(?:(?<=:)(\d\d))?)"), _zone),
]


def read_date(text: str, now: datetime) -> datetime | None:
    """The moment that a text means at the moment `now`; None where it means nothing.

    >>> now = datetime(2024, 1, 31, 12, 30, tzinfo=UTC)
    >>> str(read_date("+1 month", now)), str(read_date("next monday 10pm", now))
    ('2024-03-02 12:30:00+00:00', '2024-02-05 22:00:00+00:00')
    """
    rest = re.sub(r"\([^)]*\)", "", text).strip().lower()
    seconds = re.fullmatch(r"@\s*(-?\d+(?:[.,]\d+)?)", rest)
    if seconds:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(seconds[1].replace(",", ".")))
    reading = Reading()
    while rest:
        for pattern, item in _ITEMS:
            match = pattern.match(rest)
            if match and item(reading, match, now):
                rest = rest[match.end() :].lstrip(" \t\n,")
                break
        else:
            return None
    try:
        return reading.moment(now)
    except (ValueError, OverflowError):
        return None
