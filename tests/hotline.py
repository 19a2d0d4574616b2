"""A city's hotline export, invented: `python -m tests.hotline FOLDER` writes hotline.xlsx for the sample district.

As such exports are: a sheet of notes before the data, headers of another system, times of the American kind without
an offset, a hundred complaint types, requests without a point, and some that were closed before they came in.
"""

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

ROWS = 3_000
WITHOUT_POINT, BACKWARDS, GARBLED = 120, 30, 5
BOX = (113.8195, 27.6045, 113.8905, 27.6395)
"""West, south, east, north of the sample's towns, WGS 84."""
HEADER = ("Unique Key", "Created Date", "Closed Date", "Complaint Type", "Descriptor", "Longitude", "Latitude")
OBJECTS = (
    *("路灯", "井盖", "护栏", "消防通道", "电动车充电", "燃气", "电梯", "楼道", "下水道", "垃圾箱"),
    *("公交站", "共享单车", "占道经营", "违章停车", "施工围挡", "绿化带", "河道", "广告牌", "宠物"),
)
MATTERS = ("损坏", "缺失", "堵塞", "扰民", "隐患")
LIKE_OURS = ("政策咨询", "政策咨询（医保）", "安全隐患上报", "邻里矛盾纠纷", "其他民生事项")
TYPES = (*LIKE_OURS, *(f"{thing}{matter}" for thing in OBJECTS for matter in MATTERS))
"""A hundred words; some are like the names of categories."""


def write_hotline(folder: Path) -> Path:
    """Write the export, the same every time. Returns its path."""
    chance = random.Random(12345)  # noqa: S311  # invented data, the same every time
    path = folder / "hotline.xlsx"
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("Notes")
        notes.write_string(0, 0, "Exported by the hotline. Times are local.")
        notes.write_string(1, 0, "Invented for tests.")
        sheet = book.add_worksheet("Requests")
        for n, row in enumerate((HEADER, *_rows(chance))):
            for place, cell in enumerate(row):
                sheet.write_string(n, place, cell)
    return path


def _rows(chance: random.Random) -> list[tuple[str, ...]]:
    odd = chance.sample(range(ROWS), WITHOUT_POINT + BACKWARDS + GARBLED)
    pointless, backwards = set(odd[:WITHOUT_POINT]), set(odd[WITHOUT_POINT : WITHOUT_POINT + BACKWARDS])
    garbled = set(odd[WITHOUT_POINT + BACKWARDS :])
    rows: list[tuple[str, ...]] = []
    for n in range(ROWS):
        created = datetime(2025, 1, 1) + timedelta(seconds=chance.randrange(500 * 86_400))
        taken = timedelta(seconds=chance.randrange(600, 20 * 86_400))
        closed = created - taken if n in backwards else created + taken
        kind = TYPES[n] if n < len(TYPES) else TYPES[min(int(chance.expovariate(0.04)), len(TYPES) - 1)]
        lon, lat = chance.uniform(BOX[0], BOX[2]), chance.uniform(BOX[1], BOX[3])
        point = ("", "") if n in pointless else (f"{lon:.6f}", f"{lat:.6f}")
        is_open = chance.random() < 0.1 and n not in backwards
        at = "the day before" if n in garbled else _shown(created)
        rows.append((f"12345-{n:05}", at, "" if is_open else _shown(closed), kind, f"{kind}（虚构）", *point))
    return rows


def _shown(at: datetime) -> str:
    return f"{at:%m/%d/%Y %I:%M:%S %p}"


if __name__ == "__main__":
    print(write_hotline(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
