"""Instants are written in one way: ISO 8601 with offset, in the zone that is asked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from gisgrid.instants import in_zone, say_instant, write_instant

CHINA = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 20, 5, 9, 120, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """From when to when, inside one another."""

    from_: datetime
    to: datetime | None
    inner: tuple["Span", ...] = ()


def test_an_instant_keeps_its_offset_or_takes_that_of_a_zone() -> None:
    assert write_instant(AT) == "2026-11-23T20:05:09.000120+00:00"
    assert write_instant(AT, CHINA) == "2026-11-24T04:05:09.000120+08:00"
    assert write_instant(AT, CHINA, to="seconds") == "2026-11-24T04:05:09+08:00"
    assert write_instant(AT, to="minutes", separator=" ") == "2026-11-23 20:05+00:00"


def test_days_and_times_of_day_know_no_zone() -> None:
    assert write_instant(date(2026, 10, 1), CHINA, to="seconds") == "2026-10-01"
    assert write_instant(time(8, 30)) == "08:30:00"


def test_people_read_their_own_clock() -> None:
    assert say_instant(AT, CHINA) == "2026-11-24 04:05"


def test_an_answer_has_every_instant_in_the_zone() -> None:
    assert in_zone({"at": AT, "spans": [Span(AT, None, (Span(AT, AT),))], "n": 1}, CHINA) == {
        "at": "2026-11-24T04:05:09.000120+08:00",
        "spans": [
            {
                "from": "2026-11-24T04:05:09.000120+08:00",
                "to": None,
                "inner": [
                    {
                        "from": "2026-11-24T04:05:09.000120+08:00",
                        "to": "2026-11-24T04:05:09.000120+08:00",
                        "inner": [],
                    }
                ],
            }
        ],
        "n": 1,
    }
