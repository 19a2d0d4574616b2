"""The migrated database keeps the habits of the house; an offender made in it (and rolled back) is caught."""

from typing import Any

import pytest
from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, text

from gisgrid.tables import FORM, metadata
from tests.house import catalogue
from tests.house.catalogue import Check

SILENT = "LANGUAGE sql BEGIN ATOMIC SELECT 1; END"
OFFENDERS: list[tuple[Check, str, str]] = [
    (catalogue.silent_objects, "CREATE TABLE work.rogue (rogue_id bigint)", "work.rogue"),
    (catalogue.silent_objects, "CREATE VIEW app.rogue AS SELECT 1 AS one", "app.rogue"),
    (catalogue.silent_objects, f"CREATE FUNCTION tile.rogue() RETURNS integer {SILENT}", "tile.rogue()"),
    (catalogue.silent_objects, "COMMENT ON TABLE core.area IS ''", "core.area"),
    (catalogue.silent_objects, "COMMENT ON SCHEMA draft IS NULL", "draft"),
    (
        catalogue.late_bodies,
        "CREATE FUNCTION app.rogue() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "app.rogue()",
    ),
    (
        catalogue.open_doors,
        "CREATE FUNCTION app.rogue() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END'",
        "app.rogue()",
    ),
    (
        catalogue.open_doors,
        "CREATE FUNCTION work.rogue() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public"
        " AS 'BEGIN END'",
        "work.rogue()",
    ),
    (catalogue.unnamed_rules, "ALTER TABLE core.area ADD CHECK (code <> 'rogue')", "core.area.area_code_check"),
]
CHECKS = list(dict.fromkeys(check for check, _, _ in OFFENDERS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_database_is_in_order(check: Check, db: Connection) -> None:
    assert check(db) == []


@pytest.mark.parametrize(("check", "offence", "told"), OFFENDERS)
def test_an_offender_is_caught(check: Check, offence: str, told: str, db: Connection) -> None:
    before = check(db)
    db.execute(text(offence))
    assert [fault for fault in check(db) if fault not in before] == [told]


def test_python_maps_the_tables_as_they_are(db: Connection) -> None:
    assert catalogue.unreal_columns(db, metadata) == []


def test_python_reads_rows_of_functions_as_they_are(db: Connection) -> None:
    assert catalogue.unreal_rows(db, FORM) == []
    wrong: dict[str, list[Column[Any]]] = {
        "app.area_at": [Column("code", Integer)],
        "app.counters": [Column("colour", Text)],
        "app.rogue": [Column("total", BigInteger)],
    }
    assert catalogue.unreal_rows(db, wrong) == [
        "app.area_at.code: mapped as integer, is text",
        "app.counters.colour: mapped as text, is None",
        "app.rogue.total: mapped as bigint, is None",
    ]


def test_a_wrong_mapping_is_caught(db: Connection) -> None:
    wrong = MetaData()
    Table("rogue", wrong, Column("rogue_id", BigInteger), schema="core")
    Table("area", wrong, Column("area_id", Integer, primary_key=True), Column("colour", Text), schema="core")
    shape = Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False))
    Table("area_version", wrong, Column("path", Text), shape, schema="core")
    assert catalogue.unreal_columns(db, wrong) == [
        "core.rogue: there is no such table",
        "core.area.area_id: mapped as INTEGER, is BIGINT",
        "core.area.colour: there is no such column",
        "core.area_version.path: mapped as TEXT, is BIGINT[]",
        "core.area_version.geom: mapped as POLYGON, 4326, is MULTIPOLYGON, 4326",
        "core.area_version: the primary key is area_version_id",
    ]
