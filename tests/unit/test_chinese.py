"""A sentence comes back in Chinese with the same values, whatever is in them."""

import pickle
import tomllib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gisgrid.chinese import BETWEEN, CATALOGUE, WITHIN, in_chinese, read_template
from gisgrid.errors import Fault, Refused, summarise

ALONE = [
    (english, chinese)
    for room, entries in tomllib.loads(CATALOGUE.read_text("utf-8")).items()
    if room != WITHIN
    for english, chinese in entries.items()
]
VALUES = st.text(st.sampled_from("a1 .*+?^$()[]{}|\\/'\"“”网格，。\n\t%!r"), max_size=12)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from([entry for entry in ALONE if "{" in entry[0]]), st.data())
def test_values_come_back_as_they_were(entry: tuple[str, str], data: st.DataObject) -> None:
    english, chinese = entry
    template = read_template(english, chinese)
    values = [data.draw(VALUES) for _ in template.quoted]
    shown = [repr(value) if quoted else value for value, quoted in zip(values, template.quoted, strict=True)]
    assume(not any(text and text in value for text in template.texts for value in shown))
    said = "".join(text + value for text, value in zip(template.texts, [*shown, ""], strict=True))
    assume(BETWEEN not in said and template.values_in(said) is not None)
    found = template.values_in(said)
    assert found == [value[1:-1] if quoted else value for value, quoted in zip(shown, template.quoted, strict=True)]
    assert chinese.replace(":said", "").format(*found) == in_chinese(said)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no role '网格{0}'", "没有角色“网格{0}”"),
        ("one of a, b; zip a Shapefile", "可用的有：a, b；Shapefile 请压缩成 zip"),
        ("there is no area x; y in network base", "网 base 中没有区域 x; y"),
        ("scheme city.toml, segment 2 (street): width 0", "编码规则 city.toml, segment 2 (street)：宽度 0 不行"),
        (
            "segment town, characters 7-9: '0x' holds U+0078 (latin small letter x), not digits alone",
            "town 段，第 7-9 个字符：'0x' 含有 U+0078（latin small letter x），不全是数字",
        ),
        ("String should have at most 200 characters", "最多 200 个字符"),
        ("segment town, characters 7-9", ""),
        ("it is quite purple", ""),
        ("", ""),
    ],
)
def test_a_sentence_in_chinese(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


def test_a_fault_says_both() -> None:
    fault = Fault("name", "'x' cannot be used", "choose another one")
    said = fault.in_both()
    assert (said.message_zh, said.remedy_zh) == ("“x”不能用", "请换一个")
    assert said.in_both() is said
    assert summarise([fault]) == ["name: 'x' cannot be used -> choose another one", "  “x”不能用 -> 请换一个"]


def test_a_remedy_without_chinese_stays_as_it_is() -> None:
    assert Fault("x", "is empty", "paint it purple").in_both().remedy_zh == "paint it purple"


def test_the_chinese_of_sql_stays() -> None:
    fault = Fault("x", "is empty", "give it", "空", "请给")
    assert fault.in_both() is fault


def test_an_error_says_all_its_faults() -> None:
    refused = Refused(Fault("x", "is empty"), Fault("y", "is empty"))
    assert str(refused) == "x: is empty; y: is empty"
    assert pickle.loads(pickle.dumps(refused)).faults == refused.faults  # noqa: S301  # our own
