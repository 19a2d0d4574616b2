"""What is not paged has an end: too many corners in one answer are refused, with the ways that there are."""

import pytest

from gisgrid.boundaries import areas
from tests.api.conftest import NORTH, District


def test_too_many_corners_for_one_answer_are_refused_with_the_ways_round(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = district.client("boss")  # to strangers it comes from memory
    whole = client.get("/api/v1/areas?level=grid").json()["features"]
    corners = sum(len(ring) for one in whole for part in one["geometry"]["coordinates"] for ring in part)
    monkeypatch.setattr(areas, "MOST_CORNERS", corners)
    assert client.get("/api/v1/areas?level=grid").status_code == 200
    monkeypatch.setattr(areas, "MOST_CORNERS", corners - 1)
    refused = client.get("/api/v1/areas?level=grid")
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["field"], fault["message"]) == (
        "geometry",
        f"the shapes of {len(whole)} areas have {corners} corners, and one answer has {corners - 1} at most",
    )
    assert all(way in fault["remedy"] for way in ("parent", "bbox", "geometry=false", "tiles"))
    assert str(corners) in fault["message_zh"]
    few = client.get(f"/api/v1/areas?parent={NORTH}001").json()["features"]
    assert 0 < len(few) < len(whole)
    none = client.get("/api/v1/areas?level=grid&geometry=false").json()["features"]
    assert [one["id"] for one in none] == [one["id"] for one in whole]
