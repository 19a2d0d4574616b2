"""`gisgrid qr CODE... --out FILE`: QR codes to be printed and put on walls."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, show
from gisgrid.errors import Fault, Refused
from gisgrid.settings import read_settings

if TYPE_CHECKING:
    from gisgrid.qr import Placard

Codes = Annotated[list[str] | None, typer.Argument(help="Codes of areas, or post- and the number of a post.")]


def qr(
    out: Annotated[Path, typer.Option(help="The file to write: .svg or .png of one code, .html of any number.")],
    codes: Codes = None,
    area: Annotated[str, typer.Option(help="Every grid of this area, besides CODES.")] = "",
    url: Annotated[str, typer.Option(help="Address of the viewer. Default: GISGRID_PUBLIC_URL.")] = "",
    network: Network = "base",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """QR codes of grids and posts, to be printed: a report by one has the grid filled in."""
    from gisgrid.qr import find_placard, list_placards

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    home = url or settings.public_url
    with owner_database(settings) as database, database.transaction() as connection:
        placards = [find_placard(connection, code, network=network, public_url=home) for code in codes or []]
        if area:
            placards += list_placards(connection, area, network=network, public_url=home)
    _write(out, placards)
    made = [{"code": one.code, "name": one.name, "url": one.url} for one in placards]
    show({"file": str(out), "codes": made}, f"{out}: {len(placards)} codes", as_json=json)


def _write(out: Path, placards: "list[Placard]") -> None:
    from gisgrid.qr import draw_png, draw_sheet, draw_svg

    kind = out.suffix.lower()
    if kind not in (".svg", ".png", ".html"):
        raise Refused(Fault("--out", f"{out.name} is neither .svg, .png nor .html", "give it one of these endings"))
    if not placards:
        raise Refused(Fault("CODE", "of what?", "give codes, or --area"))
    if kind == ".html":
        title = f"{placards[0].name} {placards[0].code}" if len(placards) == 1 else f"{len(placards)} 个二维码"
        out.write_text(draw_sheet(placards, title), encoding="utf-8")
    elif len(placards) > 1:
        raise Refused(Fault("--out", f"{len(placards)} codes do not go into one {kind}", "write them to an .html"))
    elif kind == ".svg":
        out.write_text(draw_svg(placards[0]), encoding="utf-8")
    else:
        out.write_bytes(draw_png(placards[0]))
