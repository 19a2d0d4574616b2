"""What is made of the list of a ticket's fields: `python -m tests.house.field_tables` renews it.

The viewer's names of them (viewer/src/i18n/fields.ts), and the function that says what a notice carries
(sql/app/notices/public_facts.sql): neither can read Python.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from gisgrid.ticket_fields import FIELDS, Field, shown_at
from tests.house.tree import CHECKOUT

Fields = tuple[Field, ...]
LABELS = "viewer/src/i18n/fields.ts"
FACTS = "sql/app/notices/public_facts.sql"
MADE = "Generated from gisgrid/ticket_fields.py by `.venv/bin/python -m tests.house.field_tables`; never edited."
FACTS_SQL = """\
-- {made}
-- plpgsql, because this query runs for every report: plpgsql keeps its plans, an SQL function plans at each call.
CREATE FUNCTION app.public_facts(ticket bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT jsonb_build_object(
{facts})
        FROM work.ticket AS t{joins}
        WHERE t.ticket_id = public_facts.ticket);
END $$;
COMMENT ON FUNCTION app.public_facts(bigint) IS 'The public facts of a ticket, as notices send them';
"""
ALIASES = {"ticket": "t", "grid": "v", "area": "a", "clock": "k"}
JOINS = {
    "v": "LEFT JOIN core.area_version AS v ON v.area_version_id = t.area_version_id",
    "a": "LEFT JOIN core.area AS a ON a.area_id = t.area_id",
    "k": "LEFT JOIN work.clock AS k ON k.ticket_id = t.ticket_id",
}
NULL_WITHOUT = {"grid": "v.area_version_id", "area": "a.area_id"}


def write_labels(fields: Fields = FIELDS) -> str:
    """The viewer's table: every field, and which of them a ticket's page shows, in their order."""
    lines = [f"  {field.name}: {_label(field)}," for field in fields]
    page = [f"  '{field.name}'," for _, field in shown_at("page", fields)]
    head = ["// A ticket's fields: their names for people, their kind, where an answer has them.", f"// {MADE}"]
    head += ["export const fields = {", *lines, "} as const;", ""]
    return "\n".join([*head, "export const onPage = [", *page, "] as const;", ""])


def _label(field: Field) -> str:
    said = {"zh": field.zh, "en": field.en, "kind": field.kind, "at": field.name_at("list") or ""}
    return "{ " + ", ".join(f"{key}: {_quoted(value)}" for key, value in said.items()) + " }"


def _quoted(value: str) -> str:
    return "'" + json.dumps(value, ensure_ascii=False)[1:-1].replace("'", "\\'") + "'"


def write_facts(fields: Fields = FIELDS) -> str:
    """The function that says what a notice carries: each field under its name, in objects where that has a dot."""
    facts: dict[str, dict[str, str]] = {}
    for name, field in shown_at("notice", fields):
        table, _, column = field.source.partition(".")
        head, _, within = name.partition(".")
        facts.setdefault(head, {})[within] = f"{ALIASES[table]}.{column}"
    used = {value.partition(".")[0] for held in facts.values() for value in held.values()}
    lines = ",\n".join(f"            '{name}', {_fact(name, held)}" for name, held in facts.items())
    joins = "".join(f"\n        {join}" for alias, join in JOINS.items() if alias in used)
    return FACTS_SQL.format(made=MADE, facts=lines, joins=joins)


def _fact(name: str, held: dict[str, str]) -> str:
    if "" in held:
        return held[""]
    within = ", ".join(f"'{key}', {value}" for key, value in held.items())
    return f"CASE WHEN {NULL_WITHOUT[name]} IS NOT NULL\n                THEN jsonb_build_object({within}) END"


WRITERS: dict[str, Callable[[Fields], str]] = {LABELS: write_labels, FACTS: write_facts}


def main(root: Path = CHECKOUT) -> None:
    """Write them."""
    for name, write in WRITERS.items():
        (root / name).write_text(write(FIELDS), encoding="utf-8")
        print(f"{name} is renewed", file=sys.stderr)


if __name__ == "__main__":
    main()
