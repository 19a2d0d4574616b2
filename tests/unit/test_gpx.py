"""GPX tracks as rows: versions, encodings, segments that stay apart, and what is no patrol."""

from pathlib import Path

import pytest

from gisgrid.errors import GisgridError
from gisgrid.patrol.gpx import read_gpx
from tests import data

POINT = '<trkpt lat="27.6" lon="113.8"><ele>5</ele><time>2024-05-01T08:00:00Z</time></trkpt>'


def gpx(folder: Path, body: str, head: str = "") -> Path:
    path = folder / "track.gpx"
    path.write_text(f"{head}<gpx>{body}</gpx>", encoding="utf-8")
    return path


def fault_of(path: Path) -> str:
    with pytest.raises(GisgridError) as caught:
        read_gpx(path)
    fault = caught.value.faults[0]
    assert fault.remedy and fault.in_both().message_zh
    return str(fault)


def test_segments_stay_apart(tmp_path: Path) -> None:
    """Counted over all tracks; empty ones keep their number; times of extensions are not the point's."""
    extended = POINT.replace("</trkpt>", "<extensions><time>1999-01-01T00:00:00Z</time></extensions></trkpt>")
    body = f"<time>2020-01-01T00:00:00Z</time><trk><trkseg>{POINT}{extended}</trkseg><trkseg/></trk>"
    sheet = read_gpx(gpx(tmp_path, f"{body}<trk><trkseg>{POINT}</trkseg></trk>"))
    assert sheet.places == ("segment 1 point 1", "segment 1 point 2", "segment 3 point 1")
    point = ("113.8", "27.6", "2024-05-01T08:00:00Z", "wgs84")
    assert sheet.rows == ((*point, "1"), (*point, ""), (*point, "1")), "and each says that it begins"


@pytest.mark.parametrize(
    ("body", "head", "said"),
    [
        ("", "", "track.gpx: it has no track point"),
        ('<wpt lat="1" lon="2"/><rte><rtept lat="1" lon="2"/></rte>', "", "track.gpx: it has no track point"),
        (f"<trk><trkseg>{POINT}</trkseg>", "", "track.gpx: this is not XML"),
        (
            f"<trk><trkseg>{POINT}</trkseg></trk>",
            "<!DOCTYPE gpx [<!ENTITY a 'aa'>]>",
            "track.gpx: it carries a document",
        ),
        (
            '<trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk>',
            "",
            "track.gpx segment 1: 1 of its 1 points have no time",
        ),
        ("", "<?xml version='1.0' encoding='klingon'?>", "track.gpx: this is not XML"),
    ],
)
def test_what_is_no_track_is_refused(tmp_path: Path, body: str, head: str, said: str) -> None:
    assert fault_of(gpx(tmp_path, body, head)).startswith(said)


@pytest.mark.parametrize("version", ["0", "1"])
def test_versions_and_other_namespaces_are_read_alike(tmp_path: Path, version: str) -> None:
    """GPX 1.0 and 1.1 differ in their namespace, and files have prefixes, other names for it, or none."""
    path = tmp_path / "track.gpx"
    spaced = POINT.replace("<", "<g:").replace("<g:/", "</g:")
    path.write_text(
        f'<g:gpx xmlns:g="http://gpx.example/GPX/1/{version}" version="1.{version}"><g:trk><g:trkseg>{spaced}'
        "</g:trkseg></g:trk></g:gpx>"
    )
    assert read_gpx(path).rows == (("113.8", "27.6", "2024-05-01T08:00:00Z", "wgs84", "1"),)
    path.write_text(f'<gpx xmlns="urn:some:other"><trk><trkseg>{POINT}</trkseg></trk></gpx>')
    assert read_gpx(path).places == ("segment 1 point 1",)


def test_another_file_is_no_gpx(tmp_path: Path) -> None:
    path = tmp_path / "track.gpx"
    path.write_text("<kml/>")
    assert fault_of(path).startswith("track.gpx: this is kml, not gpx")
    path.write_bytes(b"")
    assert fault_of(path).startswith("track.gpx: this is not XML")
    assert "this file does not exist" in fault_of(tmp_path / "none.gpx")


@pytest.mark.parametrize(
    ("name", "segments"),
    [
        ("cerknicko-jezero.gpx", 7),
        ("Mojstrovka.gpx", 1),
        ("track-with-empty-segment.gpx", 1),
        ("track-with-less-sec-time.gpx", 1),
        ("track_with_speed.gpx", 1),
        ("around-visnjan-with-car.gpx", 1),
    ],
)
def test_real_tracks(name: str, segments: int) -> None:
    path = data.test_data("tracks") / name
    sheet = read_gpx(path)
    assert len(sheet.rows) == path.read_bytes().count(b"<trkpt")
    assert len({place.split(" point")[0] for place in sheet.places}) == segments


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("cerknicko-without-times.gpx", 7),
        ("korita-zbevnica.gpx", 1),
        ("track-with-extremes.gpx", 1),
        ("unicode_with_bom.gpx", 1),
        ("gpx1.1_with_extensions.gpx", 1),
    ],
)
def test_real_tracks_that_are_no_patrol(name: str, faults: int) -> None:
    with pytest.raises(GisgridError) as caught:
        read_gpx(data.test_data("tracks") / name)
    assert len(caught.value.faults) == faults
