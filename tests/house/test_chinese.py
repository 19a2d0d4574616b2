"""What the source says when something is wrong has its Chinese in `gisgrid/chinese.toml`; nothing else stands there."""

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pydantic_core._pydantic_core import list_all_errors

from gisgrid.chinese import BETWEEN, CATALOGUE, WITHIN, in_chinese, read_template
from tests.house.messages import HOLE, Said, said
from tests.house.tree import CHECKOUT, plant

BY_OTHERS = ("checks", "http", "notes", "postgresql", "pydantic")
"""Parts of the catalogue whose English is no fault of ours; `tests/sql/test_rules_in_chinese.py` has the server's."""
NOT_FOLLOWED = {
    "gisgrid/api/problems.py: str(error.detail)": "Starlette's, in [http]",
    "gisgrid/api/problems.py: error['msg'].removeprefix('Value error, ')": "pydantic's, in [pydantic]",
    "gisgrid/cli/test.py: str(failure)": "a step of the bare machine, whose words are npm's",
    "gisgrid/cluster/programs.py: str(failure)": "a step of the bare machine, whose words are apt's",
    "gisgrid/cluster/server.py: done.stdout.strip()[-1500:]": "what initdb printed",
    "gisgrid/cluster/server.py: done.stdout.strip()": "what pg_ctl printed",
    "gisgrid/database.py: diag.message_primary or ''": "PostgreSQL's, in [postgresql]",
    "gisgrid/loading/table.py: message": "what `Table.fault` was given",
    "gisgrid/tickets/darkroom.py: message": "what `Unfit` was given, in another process",
    "gisgrid/tickets/darkroom.py: remedy": "what `Unfit` was given, in another process",
    "gisgrid/tickets/workflows.py: str(error['msg'])": "pydantic's, in [pydantic]",
    "gisgrid/open311/app.py: str(error.detail)": "Starlette's, in [http]",
    "gisgrid/open311/app.py: str(one['msg'])": "pydantic's, in [pydantic]",
    "gisgrid/open311/app.py: *faults": "whole faults",
    "gisgrid/open311/faults.py: *error.faults": "whole faults",
}
"""Sentences that a variable holds, and where they come from instead."""
NO_SENTENCES = re.compile(r"--data-binary|SELECT|EPSG:\{\} \(|\{\}(, | | \(|, WGS 84 \()\{\}")
"""Pieces of sentences that are the same in both languages: commands, names, lists."""
VERBATIM = re.compile(r"[\w.+*-]+@[\w.]+|https?://\S*|'[^']*'")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff“”][,;:?!]|[,;:?!][\u4e00-\u9fff“”]|[\u4e00-\u9fff]\(|\)[\u4e00-\u9fff]")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The entries by their part of the file."""
    return tomllib.loads(CATALOGUE.read_text("utf-8"))


def entries() -> dict[str, str]:
    """Every English template with its Chinese."""
    return {english: chinese for room in catalogue().values() for english, chinese in room.items()}


@cache
def ours() -> Said:
    """What this checkout says."""
    return said(CHECKOUT)


def lacking(found: Said) -> list[str]:
    """Which sentences of the source have no Chinese?"""
    known = entries()
    phrases = [part for part in found.parts if " " in part and not NO_SENTENCES.match(part)]
    places = {**dict.fromkeys(phrases, "said within another sentence"), **found.templates}
    return [f"{place}: {english}" for english, place in sorted(places.items()) if english not in known]


def unsaid(found: Said, sources: str) -> list[str]:
    """Which entries does nothing say? A single word is looked for anywhere in the source."""
    made = set(found.templates) | found.parts
    here = {english for room, texts in catalogue().items() if room not in BY_OTHERS for english in texts}
    words = {english for english in catalogue()[WITHIN] if f'"{english}"' in sources or f"'{english}'" in sources}
    return sorted(here - made - words - {"and lies in {}", "which is not live"})


def filled(english: str) -> str:
    """The template with values that no other sentence has."""
    template = read_template(english, "")
    values = [f"'值{n}'" if quoted else f"值{n}" for n, quoted in enumerate(template.quoted)]
    return "".join(text + value for text, value in zip(template.texts, [*values, ""], strict=True))


def test_every_sentence_has_its_chinese() -> None:
    assert lacking(ours()) == []


def test_what_cannot_be_followed_is_known_with_its_reason() -> None:
    assert sorted(ours().unknown) == sorted(NOT_FOLLOWED)


def test_every_entry_is_said_somewhere() -> None:
    paths = [*(CHECKOUT / "gisgrid").rglob("*.py"), *(CHECKOUT / "sql" / "app").rglob("*.sql")]
    assert unsaid(ours(), "".join(path.read_text("utf-8") for path in sorted(paths))) == []


def test_the_entries_of_others_are_what_they_say() -> None:
    known = list_all_errors()
    templates = {
        error[key] for error in known for key in ("message_template_python", "message_template_json") if key in error
    }
    pydantics = {re.sub(r"\{\w+\}", HOLE, template) for template in templates}
    assert sorted(set(catalogue()["pydantic"]) - pydantics) == []
    stray = (CHECKOUT / "sql/app/upkeep/stray.sql").read_text("utf-8").replace("%s", HOLE)
    assert [english for english in catalogue()["checks"] if english not in stray] == []


def test_the_notes_of_a_boundary_file_have_their_chinese() -> None:
    kept = {"notes", "left_out", "said"}
    pieces: set[str] = set()
    for path in sorted((CHECKOUT / "gisgrid/boundaries").glob("*.py")):
        if path.stem in ("importing", "exporting"):  # what only a terminal says
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [getattr(one, "id", "") for one in getattr(node, "targets", [getattr(node, "target", None)])]
            is_kept = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and kept & {*names}
            func = node.func if isinstance(node, ast.Call) else None
            is_added = isinstance(func, ast.Attribute) and func.attr == "append" and ast.unparse(func.value) in kept
            if is_kept or is_added:
                texts = [one for one in ast.walk(node) if isinstance(one, ast.JoinedStr) and " " in ast.unparse(one)]
                pieces |= {
                    max((str(p.value) for p in one.values if isinstance(p, ast.Constant)), key=len) for one in texts
                }
    known = catalogue()["notes"]
    assert len(pieces) >= 10, "the notes are found where they are written"
    assert [piece for piece in sorted(pieces) if not any(piece in english for english in known)] == []
    sources = "".join(path.read_text("utf-8") for path in (CHECKOUT / "gisgrid/boundaries").glob("*.py"))
    assert [
        english
        for english in known
        if read_template(english, "").mark.strip('"(), ') not in re.sub(r'"\s+f?"', "", sources)
    ] == []


def test_no_entry_stands_twice() -> None:
    counts = Counter(english for room in catalogue().values() for english in room)
    assert [english for english, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("room", sorted({*catalogue()} - {WITHIN}))
def test_a_sentence_is_taken_for_itself(room: str) -> None:
    """Of two templates that fit a sentence, the one that fixes more of it is meant; so no other may fix as much."""
    wrong = []
    for english, chinese in catalogue()[room].items():
        template = read_template(english, chinese)
        meant = chinese.replace(":said", "").format(*(f"值{n}" for n in range(len(template.quoted))))
        if in_chinese(filled(english)) != meant:
            wrong.append(f"{english}: {in_chinese(filled(english))}")
    assert wrong == []


def test_a_template_fixes_enough_of_a_sentence() -> None:
    said_alone = [english for room, texts in catalogue().items() if room != WITHIN for english in texts]
    assert [english for english in said_alone if len(re.sub(r"\{[^}]*\}|\W", "", english)) < 2] == []
    assert [english for english in entries() if BETWEEN in english] == []


def test_the_chinese_has_the_values_and_full_width_punctuation() -> None:
    for english, chinese in entries().items():
        count = len(read_template(english, chinese).quoted)
        named = {int(number) for number in re.findall(r"\{(\d+)", chinese)}
        optional = count if english in catalogue()["pydantic"] else 0  # an "s" of the English plural, a class of Python
        assert named == set(range(count)) or (optional and named <= set(range(count))), english
        assert re.search(r"[\u4e00-\u9fff]", chinese) or chinese.strip() == "PDF", english
        assert not HALF_WIDTH.search(VERBATIM.sub("", chinese)), chinese


PLANTED = {
    "a constant": 'Fault("x", "it is quite purple")',
    "an f-string": 'Fault("x", f"{y!r} is quite purple")',
    "a remedy": 'Fault("x", "is empty", "paint it purple")',
    "a keyword": 'Fault("x", message="it is quite purple")',
    "a finding": 'Finding("a", "error", None, None, "it is quite purple", "")',
    "a cell": 'BadCell("it is quite purple", "")',
    "a row of a table": 'table.fault(row, "x", "it is quite purple")',
    "what a variable holds": 'm = "it is quite purple"\n    Fault("x", m)',
    "one of two": 'm = "is empty" if y else "it is quite purple"\n    Fault("x", m)',
    "one of a tuple": 'm, r = "is empty", "paint it purple"\n    Fault("x", m, r)',
    "what a function returns": 'Fault("x", why())',
    "what a caller gives": 'give("it is quite purple")',
    "what a loop gives": 'for m, r in [("is empty", "paint it purple")]:\n        Fault("x", m, r)',
    "a second sentence": 'Fault("x", "is empty; it is quite purple")',
    "another sentence for a finding": 'replace(y, remedy="paint it purple")',
    "within another": 'z = "quite purple"\n    Fault("x", f"it was {z} before it was received")',
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_sentence_is_caught(name: str, tmp_path: Path) -> None:
    after = '\n\ndef why():\n    return "it is quite purple"\n\ndef give(m):\n    Fault("x", m)\n'
    if name != "what a function returns":
        after = after.replace("it is quite purple", "is empty")
    plant(tmp_path, {"gisgrid/a.py": f"def f(y):\n    {PLANTED[name]}\n{after}"})
    assert len(lacking(said(tmp_path))) == 1


def test_a_planted_variable_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"gisgrid/a.py": 'def f(error):\n    Fault("x", str(error))\n'})
    assert list(said(tmp_path).unknown) == ["gisgrid/a.py: str(error)"]


def test_an_entry_that_nothing_says_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"gisgrid/a.py": 'Fault("x", "is empty")\n'})
    found = unsaid(said(tmp_path), "")
    assert "is empty" not in found and "every row needs one" in found


def test_square_metres_are_written_so() -> None:
    """As people write them, and by `said_m2`, which knows how many digits help."""
    files = (CHECKOUT / "sql/app").rglob("*.sql")
    assert not [path.name for path in files if re.search(r"%s m2\b|9\.0+'\) AS m2", path.read_text("utf-8"))]
    assert not [english for english in entries() if re.search(r"\bm2\b", english)]
