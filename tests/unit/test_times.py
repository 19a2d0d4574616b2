"""Times as cities write them: read where they can be meant in one way, else refused with the option that reads them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gisgrid.cells import BadCell
from gisgrid.errors import Refused
from gisgrid.instants import write_instant
from gisgrid.loading import InstantReader, day, known_formats, known_zone

CHINA, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LOCAL = InstantReader(CHINA, local=CHINA)


def read(text: str, *formats: str, local: ZoneInfo | None = CHINA) -> str:
    return write_instant(InstantReader(CHINA, local, known_formats(formats))(text))


def refused(text: str, *formats: str, local: ZoneInfo | None = CHINA) -> str:
    with pytest.raises(BadCell) as bad:
        read(text, *formats, local=local)
    return f"{bad.value.message} -> {bad.value.remedy}"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T08:05:00+08:00",
        "2026-11-20T00:05:00Z",
        "2026-11-20 00:05:00 UTC",
        "2026-11-20 08:05:00",
        "2026-11-20 08:05:00.000",
        "2026/11/20 8:05",
        "2026.11.20 8:05",
        "2026/11/20  08:05:00",
        "2026\u00a0/11/20 8:05".replace("\u00a0", ""),
        "2026-11-20\u00a008:05",
        "２０２６-１１-２０ ０８:０５",
        "2026年11月20日 8:05",
        "2026年11月20日 8时05分",
        "2026年11月20日 上午8时5分",
        "2026-11-20 8:05 AM",
        "20261120080500",
        "20261120T080500+0800",
    ],
)
def test_the_year_first_is_one_way_to_read_it(text: str) -> None:
    assert read(text) == ("2026-11-20T00:05:00+00:00" if "Z" in text or "UTC" in text else "2026-11-20T08:05:00+08:00")


@pytest.mark.parametrize("text", ["2026-11-20", "2026/11/20", "2026年11月20日", "20261120", "2026/11/20 "])
@pytest.mark.parametrize("local", [None, NEW_YORK])
def test_a_day_is_midnight_in_the_zone_of_the_file_or_of_the_district(text: str, local: ZoneInfo | None) -> None:
    assert read(text, local=local) == f"2026-11-20T00:00:00{'-05:00' if local else '+08:00'}"


def test_the_zone_of_the_district_is_not_taken_for_a_clock_unless_asked() -> None:
    said = refused("2026-11-20 08:00:00", local=None)
    assert said.startswith("'2026-11-20 08:00:00' does not say its offset")
    assert "--zone, as Asia/Shanghai" in said


@pytest.mark.parametrize(
    ("text", "formats", "at"),
    [
        ("06/26/2018 10:58:54 AM", ("us",), "2018-06-26T10:58:54+08:00"),
        ("6/26/18 22:58", ("us",), "2018-06-26T22:58:00+08:00"),
        ("06/26/2018\u202f10:58:54\u202fPM", ("us",), "2018-06-26T22:58:54+08:00"),
        ("Jun 26, 2018 10:58 AM", ("us",), "2018-06-26T10:58:00+08:00"),
        ("26.06.2018 10:58", ("eu",), "2018-06-26T10:58:00+08:00"),
        ("26-Jun-2018", ("eu",), "2018-06-26T00:00:00+08:00"),
        ("06/26/2018 10:58:54 AM", ("%m/%d/%Y %I:%M:%S %p",), "2018-06-26T10:58:54+08:00"),
        ("26|06|2018 10h", ("%d|%m|%Y %Hh", "us"), "2018-06-26T10:00:00+08:00"),
        ("2018-06-26 10:58", ("us",), "2018-06-26T10:58:00+08:00"),
        ("46346.336805555555", ("excel",), "2026-11-20T08:05:00+08:00"),
        ("46346", ("excel",), "2026-11-20T00:00:00+08:00"),
        ("1795133100", ("unix",), "2026-11-20T00:05:00+00:00"),
        ("1795133100000", ("unix-ms",), "2026-11-20T00:05:00+00:00"),
        ("2018-06-26 10:58 -0400", ("%Y-%m-%d %H:%M %z",), "2018-06-26T10:58:00-04:00"),
    ],
)
def test_a_format_is_named(text: str, formats: tuple[str, ...], at: str) -> None:
    assert read(text, *formats) == at


@pytest.mark.parametrize(
    ("text", "formats", "said"),
    [
        ("06/26/2018 10:58:54 AM", (), "is no time -> name its format: --time-format us"),
        ("26.06.2018", (), "--time-format eu"),
        ("05/06/2018", (), "--time-format eu or us"),
        ("46346.3368", (), "--time-format excel"),
        ("1795133100", (), "--time-format unix"),
        ("yesterday", (), "is no time"),
        ("2026-02-30", ("us",), "is no time"),
        ("2026-11-20 13:05 PM", (), "is no time"),
        ("2026-11-20 8", (), "is no time"),
        ("05/06/2018", ("us", "eu"), "can be 2018-05-06T00:00+08:00 or 2018-06-05T00:00+08:00"),
        ("0001-01-01", (), "is out of range"),
    ],
)
def test_what_cannot_be_read_says_which_option_would(text: str, formats: tuple[str, ...], said: str) -> None:
    assert said in refused(text, *formats)


def test_an_hour_that_was_not_or_was_twice_is_not_guessed() -> None:
    assert "never was in America/New_York" in refused("2018-03-11 02:30", local=NEW_YORK)
    said = refused("2018-11-04 01:30", local=NEW_YORK)
    assert "was twice" in said and "-04:00 or -05:00" in said
    assert read("2018-11-04 01:30-05:00", local=NEW_YORK) == "2018-11-04T01:30:00-05:00"
    assert "was twice" in refused("1986-09-14 01:30", local=CHINA)


@pytest.mark.parametrize("wrong", ["german", "", "%Q", "%Y %Y"])
def test_a_wrong_format_is_refused_before_the_file_is_read(wrong: str) -> None:
    with pytest.raises(Refused, match="--time-format"):
        known_formats([wrong])


def test_a_wrong_zone_is_refused() -> None:
    assert known_zone("") is None
    for wrong in ("Mars", "../etc/passwd", "+08:00", "Asia"):
        with pytest.raises(Refused, match="--zone"):
            known_zone(wrong)


def test_days() -> None:
    assert day("2026/10/1") == day("2026-10-01") == day("2026年10月1日") == date(2026, 10, 1)
    with pytest.raises(BadCell):
        day("2026-10-01 08:00")
