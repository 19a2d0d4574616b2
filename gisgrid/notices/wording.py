"""A notice in words, for people who read it in a chat group or a mailbox."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from gisgrid.instants import say_instant
from gisgrid.notices.queue import Notice
from gisgrid.ticket_fields import shown_at

if TYPE_CHECKING:
    from gisgrid.layers import Json

TOPICS = {
    "ticket.received": ("新事件", "new ticket"),
    "ticket.step": ("进入新环节", "next step"),
    "ticket.moved": ("边界调整，转到新网格", "moved to another grid with its boundary"),
    "ticket.replaced": ("地点更正，重新派单", "place corrected, assigned again"),
    "ticket.recategorised": ("类别更正，重新派单", "category corrected, assigned again"),
    "ticket.due_soon": ("即将到期", "due soon"),
    "ticket.overdue": ("已超期", "overdue"),
    "ticket.escalated": ("已升级", "escalated"),
    "ticket.reopened": ("重新办理", "reopened"),
    "ticket.handed_over": ("已转办", "handed over"),
    "ticket.passed_up": ("已上报上级", "passed up"),
    "ticket.whistled": ("吹哨召集部门", "department called in"),
    "ticket.reported_in": ("部门已报到", "department reported in"),
    "ticket.whistle_done": ("部门已办结", "department done"),
    "ticket.whistle_withdrawn": ("已撤回召集", "department let go"),
    "ticket.joined": ("并为子事件", "made part of another"),
    "ticket.parted": ("脱离主事件", "parted from the whole"),
    "ticket.merged": ("并入重复事件", "merged as a duplicate"),
    "ticket.duplicate_found": ("发现重复上报", "reported again"),
    "ticket.unmerged": ("拆开重复事件", "taken apart again"),
    "ticket.paused": ("暂停计时", "clock stopped"),
    "ticket.alarmed_again": ("设备再次告警", "alarmed again"),
    "ticket.resumed": ("恢复计时", "clock goes on"),
    "ticket.told": ("已答复上报人", "staff answered the reporter"),
    "ticket.answered": ("上报人已答复，恢复计时", "its reporter has answered, clock goes on"),
    "ticket.rated": ("上报人已评议", "rated by its reporter"),
    "changeset.refused": ("待生效的变更集被拒绝", "a change set was refused on its day"),
    "patrol.entered": ("巡查进入网格", "a patrol entered a grid"),
    "patrol.left": ("巡查离开网格", "a patrol left a grid"),
    "device.selected": ("选中一批设备", "devices were selected"),
}
"""Names of topics for people; a topic that is not here is named `OTHER`."""
OTHER = ("事件有更新", "ticket changed")
WORDS_SHOWN = 500
_TOLD = ("number", "category", "step", "grid.code", "grid.name", "grid.kind", "area.code", "area.level", "received_at",
         "due_at", "closed_at")  # fmt: skip
"""Facts that the lines below show in a way of their own, or not at all."""
MARKS = str.maketrans("\\`*_[]#<>@", "＼｀＊＿［］＃＜＞＠")
"""Marks of markdown, tags and mentions as the letters that look like them: robots differ in what they unescape."""


def title(notice: Notice) -> str:
    """The topic and the ticket, in Chinese, on one line."""
    said = TOPICS.get(notice.topic, OTHER)[0]
    if is_of_boundaries(notice):
        return f"【网格边界】{said} {notice.facts['changeset']}"
    return f"【网格叠加】{said}" if is_of_overlays(notice) else f"【网格事件】{said} {notice.facts['number']}"


def english_title(notice: Notice) -> str:
    """The same in English."""
    said = TOPICS.get(notice.topic, OTHER)[1]
    if is_of_overlays(notice):
        return said
    return f"{said} {notice.facts['changeset' if is_of_boundaries(notice) else 'number']}"


def is_of_boundaries(notice: Notice) -> bool:
    """Is it of a change set, not of a ticket?"""
    return "changeset" in notice.facts


def is_of_overlays(notice: Notice) -> bool:
    """Is it of a patrol or of devices?"""
    return notice.topic.startswith(("patrol.", "device."))


def lines(notice: Notice, zone: ZoneInfo) -> Iterator[tuple[str, str, str, str]]:
    """The lines of a notice: Chinese name and value, English name and value. The ticket's words only if they came."""
    facts = notice.facts
    if is_of_boundaries(notice):
        yield from _of_boundaries(facts, zone)
        return
    if is_of_overlays(notice):
        yield from _of_overlays(facts, zone)
        return
    yield "类别", notice.category_zh or facts["category"], "category", notice.category_en or facts["category"]
    yield "环节", notice.step_zh or facts["step"], "step", notice.step_en or facts["step"]
    if facts.get("from") or facts.get("to"):
        moved = f"{facts.get('from') or '-'} → {facts.get('to') or '-'}"
        what = ("类别变化", "category") if notice.topic == "ticket.recategorised" else ("网格变化", "grid")
        yield what[0], moved, f"{what[1]} changed", moved
    if facts["grid"]:
        where = f"{facts['grid']['name']} ({facts['grid']['code']})"
        yield "网格", where, "grid", where
    elif facts["area"]:
        yield "区域", facts["area"]["code"], "area", facts["area"]["code"]
    if facts["closed_at"]:
        yield "办结时间", _time(facts["closed_at"], zone), "closed", _time(facts["closed_at"], zone)
    else:
        yield "办结时限", _time(facts["due_at"], zone), "due", _time(facts["due_at"], zone)
    for name, field in shown_at("notice"):
        if name not in _TOLD and facts.get(name) is not None:
            value = _time(facts[name], zone) if field.kind == "instant" else str(facts[name])
            yield field.zh, value, field.en.lower(), value
    if notice.description:
        words = notice.description[:WORDS_SHOWN] + ("…" if len(notice.description) > WORDS_SHOWN else "")
        yield "描述", words, "words", words


def _of_boundaries(facts: "Json", zone: ZoneInfo) -> Iterator[tuple[str, str, str, str]]:
    area = facts["area"] or facts["network"]
    yield "区域", area, "area", area
    yield "生效时间", _time(facts["valid_from"], zone), "valid from", _time(facts["valid_from"], zone)
    yield "建立人", facts["opened_by"], "opened by", facts["opened_by"]
    if facts["supervisors"]:
        names = ", ".join(facts["supervisors"])
        yield "督查", names, "supervisors", names
    for problem in facts["problems"]:
        code = problem["code"] or "-"
        yield "问题", f"{code}：{problem['message_zh']}", "problem", f"{code}: {problem['message']}"


CAUSES = {
    "start": ("开始巡查", "patrol begins"),
    "walk": ("步行", "walked"),
    "redraw": ("边界调整", "boundary redrawn"),
}


def _of_overlays(facts: "Json", zone: ZoneInfo) -> Iterator[tuple[str, str, str, str]]:
    if "worker" in facts:
        at, (cause_zh, cause_en) = _time(facts["at"], zone), CAUSES[facts["cause"]]
        yield "人员", facts["worker"], "worker", facts["worker"]
        yield "时间", at, "at", at
        yield "原因", cause_zh, "cause", cause_en
        for zh, en in (("离开", "left"), ("进入", "entered")):
            if facts[en]:
                grid = f"{facts[en]['name']} ({facts[en]['code']})"
                yield zh, grid, en, grid
    else:
        yield "设备数量", str(facts["count"]), "devices", str(facts["count"])
        yield "选择人", facts["by"], "selected by", facts["by"]
        if facts["words"]:
            yield "内容", facts["words"], "words", facts["words"]


def markdown(notice: Notice, zone: ZoneInfo, public_url: str) -> str:
    """The message of a chat group's robot, in Chinese; nothing that a reporter typed is markup in it."""
    rows = [f"**{title(notice)}**", *(f"{name}：{_plain(value)}" for name, value, _, _ in lines(notice, zone))]
    if public_url and "number" in notice.facts:
        rows.append(f"[查看事件]({link(notice, public_url)})")
    return "\n\n".join(rows)


def link(notice: Notice, public_url: str) -> str:
    """The address at which the map shows this ticket."""
    return f"{public_url.rstrip('/')}/#ticket={quote(notice.facts['number'])}"


def _plain(value: str) -> str:
    return " ".join(value.split()).translate(MARKS)


def _time(value: str, zone: ZoneInfo) -> str:
    return say_instant(datetime.fromisoformat(value), zone)
