"""`gisgrid import FILE`: boundaries in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, read_start, say, show
from gisgrid.settings import read_settings

if TYPE_CHECKING:
    from gisgrid.boundaries.importing import Imported


def import_file(
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage or Shapefile with the areas.")],
    level: Annotated[str | None, typer.Option(help="Level of every row: district, town, community or grid.")] = None,
    network: Annotated[
        str, typer.Option(help="The network of areas that these belong to. Default: base, or GISGRID_NETWORK.")
    ] = "",
    scheme: Annotated[str, typer.Option(help="Code scheme of a new network, or a scheme file.")] = "",
    code_field: Annotated[str, typer.Option(help="Column with the codes.")] = "",
    name_field: Annotated[str, typer.Option(help="Column with the names.")] = "",
    level_field: Annotated[str, typer.Option(help="Column with the levels.")] = "",
    kind_field: Annotated[str, typer.Option(help="Column that says base or special.")] = "",
    crs: Annotated[
        str,
        typer.Option(help="Coordinate system (a name, PROJ string or WKT), where the file says none or a wrong one."),
    ] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of the text, as GBK.")] = "",
    valid_from: Annotated[
        str | None, typer.Option(help="From when on: a date, or ISO 8601 with offset. Default today.")
    ] = None,
    layer: Annotated[str, typer.Option(help="Which layer, of a file with several.")] = "",
    dissolve: Annotated[
        bool, typer.Option("--dissolve", help="Rows of one code, name and level are parts of one area.")
    ] = False,
    snap_m: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=20,
            help="Neighbours' lines that differ by less, metres, become one line. Default: by the file's digits.",
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Open a change set with the file's areas, to be finished in QGIS.")
    ] = False,
    area: Annotated[str, typer.Option(help="Of a draft: the area whose grids may change. Default: all.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="A GeoPackage with every fault and every line that was moved, to be drawn in QGIS."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Areas that the file lacks end.")] = False,
    ground: Annotated[str, typer.Option(help="May the ground covered change? keep, gain or any.")] = "gain",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Import boundaries: a file becomes live areas, or nothing changes and every fault is named."""
    from gisgrid.boundaries.cleaning import Fields
    from gisgrid.boundaries.finding import Faulty
    from gisgrid.boundaries.importing import ImportOrder, import_boundaries

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    makes, network = network or None, network or settings.network
    with owner_database(settings, makes=makes) as database:
        order = ImportOrder(
            path=file,
            valid_from=read_start(valid_from, settings, database, network),
            level=level,
            network=network,
            scheme=scheme,
            fields=Fields(code_field, name_field, level_field, kind_field),
            crs=crs,
            encoding=encoding,
            layer=layer,
            dissolve=dissolve,
            replace=replace,
            ground=ground,
            schemes=settings.data_dir / "schemes",
            snap_m=snap_m,
            draft=draft,
            area=area,
            out=out,
        )
        try:
            imported = import_boundaries(database, order, say=say)
        except Faulty as refused:
            if json:
                show({"problems": [finding.facts() for finding in refused.findings]}, "", as_json=True)
            raise
    for note in imported.notes:
        say(f"  {note}")
    answer = {**vars(imported), "findings": [finding.facts() for finding in imported.findings]}
    show(answer, _summary(imported, is_draft=draft), as_json=json)


def _summary(imported: "Imported", *, is_draft: bool) -> str:
    if is_draft:
        return (
            f"change set {imported.changeset_id} is open with {imported.rows} areas, {imported.problems} errors:"
            f" gisgrid changeset check {imported.changeset_id}, or draw it in QGIS"
        )
    if not imported.grids + imported.ended + imported.above:
        return f"{imported.network}: {imported.rows} areas, all as they were"
    return (
        f"{imported.network}: {imported.grids} grids new or changed, {imported.ended} ended,"
        f" {imported.above} areas above follow, {imported.tickets_moved} open tickets moved"
        f" (change set {imported.changeset_id})"
    )
