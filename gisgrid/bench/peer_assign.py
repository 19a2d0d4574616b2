"""Which grid is each of many points in? By DuckDB spatial or SedonaDB, on one thread; run by the Python that has them.

`python peer_assign.py duckdb|sedonadb FOLDER`: reads points.parquet (n, x, y) and grids.parquet (label, shape as WKB),
writes labels.npy, prints the processor seconds of the join alone, tables and shapes being in memory. It imports nothing
of this program.
"""

import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def by_duckdb(folder: Path) -> tuple[float, Any]:
    """Processor seconds, and a table of n and label."""
    duckdb = import_module("duckdb")
    place = Path(str(import_module("duckdb_extension_spatial").__file__)).parent
    extension = next(place.rglob("spatial.duckdb_extension"))
    connection = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    connection.execute(f"LOAD '{extension}'")
    for name, sql in (
        ("points", "CREATE TABLE p AS SELECT n, ST_Point(x, y) AS g FROM points"),
        ("grids", "CREATE TABLE a AS SELECT label, ST_GeomFromWKB(shape) AS g FROM grids"),
    ):
        connection.read_parquet(f"{folder}/{name}.parquet").create_view(name)
        connection.execute(sql)
    began = time.process_time()
    found = connection.execute("SELECT p.n, a.label FROM p JOIN a ON ST_Contains(a.g, p.g)").fetchnumpy()
    return time.process_time() - began, (found["n"], found["label"])


def by_sedonadb(folder: Path) -> tuple[float, Any]:
    """Processor seconds, and a table of n and label."""
    sedona = import_module("sedonadb").connect()
    sedona.read_parquet(f"{folder}/points.parquet").to_view("points")
    sedona.read_parquet(f"{folder}/grids.parquet").to_view("grids")
    sedona.sql("SELECT n, ST_Point(x, y) AS g FROM points").to_memtable().to_view("p")
    sedona.sql("SELECT label, ST_GeomFromWKB(shape) AS g FROM grids").to_memtable().to_view("a")
    began = time.process_time()
    found = sedona.sql("SELECT p.n, a.label FROM p JOIN a ON ST_Contains(a.g, p.g)").to_arrow_table()
    cpu_s = time.process_time() - began
    return cpu_s, (found["n"].to_numpy(), found["label"].to_numpy())


def main() -> None:
    """Do it, and say what it cost."""
    os.environ["OMP_NUM_THREADS"] = os.environ["TOKIO_WORKER_THREADS"] = os.environ["RAYON_NUM_THREADS"] = "1"
    numpy = import_module("numpy")
    folder = Path(sys.argv[2])
    cpu_s, (n, label) = {"duckdb": by_duckdb, "sedonadb": by_sedonadb}[sys.argv[1]](folder)
    order = numpy.argsort(n, kind="stable")
    numpy.save(folder / "labels.npy", numpy.stack([n[order], label[order]]).astype("int64"))
    sys.stdout.write(f"{cpu_s}\n")


if __name__ == "__main__":
    main()
