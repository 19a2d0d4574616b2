"""QR codes of grids and posts, to be put on a wall: a report by one has the grid filled in (扫码上报)."""

import html
import io
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import segno
from sqlalchemy import Connection, text

from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.networks import call_network

CORRECTION = "m"
"""How much of a code may be scratched off a wall: M, 15 %."""
QUIET_MODULES = 4
MODULE_PX = 10
CAPTION_PX = (44, 30)
FONTS = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"

_AREAS = """
SELECT a.code, v.name FROM core.area AS a CROSS JOIN LATERAL app.last_version(a.area_id) AS v
WHERE a.network = :network AND a.code = :code
UNION ALL
SELECT :code, concat_ws(' ', v.name, coalesce(p.title, r.name_zh)) FROM app.post_named(:code) AS p
JOIN core.post_role AS r ON r.role = p.role
JOIN core.area AS a ON a.network = p.network AND a.code = p.area_code
CROSS JOIN LATERAL app.last_version(a.area_id) AS v
WHERE p.network = :network
"""
_GRIDS = """
SELECT g.code, g.name FROM app.area_at(now()) AS a JOIN app.area_at(now()) AS g ON g.path @> ARRAY[a.area_id]
WHERE a.network = :network AND a.code = :code AND g.level = 'grid' ORDER BY g.code
"""

_SHEET = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ margin: 0; font-family: sans-serif }}
main {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 6mm; padding: 8mm }}
figure {{ margin: 0; padding: 4mm; border: 0.2mm dashed #999; text-align: center; break-inside: avoid }}
figure svg {{ width: 100%; height: auto }}
</style></head><body><main>
{codes}
</main></body></html>
"""


@dataclass(frozen=True)
class Placard:
    """The content of a printed code: the code itself, its name, its address."""

    code: str
    name: str
    url: str


def find_placard(connection: Connection, code: str, *, network: str, public_url: str) -> Placard:
    """The QR code of this area or post (`post-N`), also of a retired one. Raises NotFound; Refused without address."""
    row = connection.execute(text(_AREAS), {"code": code, "network": network}).one_or_none()
    if row is None:
        called = call_network(connection, network)
        message = f"there is no area or post {code[:64]} in network {called}"
        remedy = "give a code of the map, or post- and the number of a post"
        raise NotFound(Fault("code", message, remedy, names=called.names))
    return _placard(row.code, row.name, public_url)


def list_placards(connection: Connection, area: str, *, network: str, public_url: str) -> list[Placard]:
    """The QR codes of an area's live grids, by code; of a grid its own. Raises NotFound, Refused."""
    rows = connection.execute(text(_GRIDS), {"code": area, "network": network}).all()
    if not rows:
        called = call_network(connection, network)
        message = f"no grid is in {area[:64]} of network {called}"
        raise NotFound(Fault("area", message, "give a code of the map", names=called.names))
    return [_placard(row.code, row.name, public_url) for row in rows]


def draw_svg(placard: Placard) -> str:
    """A QR code with name and code written below, as SVG, which scales to any paper."""
    made = segno.make(placard.url, error=CORRECTION, micro=False)
    side = made.symbol_size(scale=MODULE_PX, border=QUIET_MODULES)[0]
    name_px, code_px = CAPTION_PX
    height = side + name_px + 2 * code_px
    squares = made.svg_inline(scale=MODULE_PX, border=QUIET_MODULES)
    middle, name_size = side // 2, min(name_px, side // max(len(placard.name), 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {height}" role="img">'
        f"<title>{html.escape(placard.code)}</title>"
        f'<rect width="{side}" height="{height}" fill="#fff"/>'
        f"{squares}"
        f'<g text-anchor="middle" font-family="{FONTS}">'
        f'<text x="{middle}" y="{side + name_px // 2}" font-size="{name_size}">{html.escape(placard.name)}</text>'
        f'<text x="{middle}" y="{side + name_px + code_px}" font-size="{code_px}">{html.escape(placard.code)}</text>'
        "</g></svg>"
    )


def draw_png(placard: Placard) -> bytes:
    """The bare code as PNG, its quiet zone included; names are for SVG and the sheet."""
    picture = io.BytesIO()
    made = segno.make(placard.url, error=CORRECTION, micro=False)
    made.save(picture, kind="png", scale=MODULE_PX, border=QUIET_MODULES)
    return picture.getvalue()


def draw_sheet(placards: Iterable[Placard], title: str) -> str:
    """A page to be printed, three codes in a row, cut along the dashes. HTML without anything from elsewhere."""
    codes = "\n".join(f"<figure>{draw_svg(placard)}</figure>" for placard in placards)
    return _SHEET.format(title=html.escape(title), codes=codes)


def _placard(code: str, name: str, public_url: str) -> Placard:
    if not public_url:
        message = "nobody knows yet under which address people reach this server"
        raise Refused(Fault("GISGRID_PUBLIC_URL", message, "set it, as https://grid.example"))
    return Placard(code, name, f"{public_url.rstrip('/')}/?report={quote(code, safe='')}")
