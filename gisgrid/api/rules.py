"""Routing rules and the categories over HTTP, for whose role keeps them; both hold for the whole district."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid import access, keeping
from gisgrid.api.answers import Answer, problems
from gisgrid.api.posts import ChoicesAnswer
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import LongText, PlainText, tell

RULE = Annotated[PlainText, Field(min_length=1, max_length=80, pattern=r"\S", description="name of the rule")]
CATEGORY = Annotated[PlainText, Field(description="id of the category")]
Clock = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Hours = Annotated[int, Field(ge=1, le=87_600, strict=True)]
Unit = Literal["calendar", "working"]

router = APIRouter(prefix="/api/v1", tags=["routing"], route_class=SignedInRoute, responses=problems(401, 403, 422))


class _RuleFacts(BaseModel):
    category: str | None = Field(None, description="reports about it and what lies below; null: any")
    area: str | None = Field(None, description="reports of this area and below; null: anywhere")
    kind: Literal["base", "special"] | None = Field(None, description="reports in such grids; null: in any")
    days: Literal["working", "rest", "weekend", "holiday"] | None = Field(None, description="null: any day")
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] | None = Field(None, description="1 = Monday; null: all")
    starts: Clock | None = Field(None, description="from this time of day on; null: all day")
    ends: Clock | None = Field(None, description="before this time of day")
    shift: str | None = Field(None, description="the hours of a shift instead")
    role: str | None = Field(None, description="the post of this role on the grid or above takes the report")
    department: str | None = Field(None, description="or this department does")
    priority: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="1 most urgent; null: as ever")
    due_hours: Hours | None = Field(None, description="null: as the category says")
    due_unit: Unit | None = Field(None, description="of the hours: calendar or working")
    note: LongText | None = Field(None, description="what the rule is for")


class KeptRule(_RuleFacts, Answer):
    """A routing rule; where several apply, the most specific one wins."""

    rule: str = Field(description="name of the rule")
    network: str | None
    area_name: str | None = Field(description="name of the area")
    person: int | None = Field(description="or this person, by number")
    person_name: str | None = Field(description="the person's name")


class RuleList(Answer):
    """The rules, the most specific first."""

    choices: ChoicesAnswer = Field(description="what a rule may name")
    rules: list[KeptRule] = Field(description="the rules, the most specific first")


class RuleBody(_RuleFacts):
    """A routing rule: for which reports, and who takes them: one of role, department, person."""

    model_config = ConfigDict(extra="forbid")

    category: PlainText | None = Field(None, description="reports about it and what lies below; absent: any")
    area: PlainText | None = Field(None, description="code; reports of this area and below; absent: anywhere")
    shift: PlainText | None = Field(None, description="the hours of a shift instead")
    role: PlainText | None = Field(None, description="the post of this role on the grid or above takes the report")
    department: PlainText | None = Field(None, description="or this department does")
    person: PlainText | None = Field(None, description="or this person does, by name or number")


class KeptCategory(Answer):
    """A category with what is its own."""

    id: str
    parent: str | None
    depth: int = Field(description="how many categories lie above it")
    name_zh: str
    name_en: str
    due_hours: int
    due_unit: Unit = Field(description="calendar or working hours")
    public_place: Literal["point", "grid"] = Field(description="how exact a place everybody reads")
    workflow: str
    needs_words: bool | None = Field(description="must a report say something? null: as the category above says")
    retired: bool = Field(description="no new report can be about it")
    is_used: bool = Field(description="tickets, rules or categories below need it, so it can only be retired")


class KeptCategoryBody(BaseModel):
    """A category: what a report can be about, how soon it is due, how exact its public place is."""

    model_config = ConfigDict(extra="forbid")

    parent: PlainText | None = Field(None, description="id of the category above; absent: none")
    name_zh: PlainText = Field(min_length=1, pattern=r"\S")
    name_en: PlainText = Field(min_length=1, pattern=r"\S")
    due_hours: Hours
    due_unit: Unit = "calendar"
    public_place: Literal["point", "grid"] = Field("point", description="how exact a place everybody reads")
    workflow: PlainText = "six_step"
    needs_words: bool | None = Field(None, description="must a report say something? absent: as the one above says")
    retired: bool = Field(False, description="no new report can be about it")


class KeptCategories(Answer):
    """The tree of categories, each below the one above it."""

    categories: list[KeptCategory] = Field(description="each below the one above it")


@router.get("/rules")
def get_rules(request: Request, caller: CurrentCaller, database: CurrentDatabase) -> RuleList:
    """The routing rules, the most specific first, which wins where several apply."""
    with database.transaction(caller.scope) as connection:
        found = keeping.list_rules(connection, caller.name)
        answer = {"rules": found, "choices": keeping.list_choices(connection)}
    return tell(RuleList, answer, zone_of(request))


@router.put("/rules/{rule}", status_code=204, responses=problems(400, 413))
def put_rule(request: Request, caller: CurrentCaller, database: CurrentDatabase, rule: RULE, body: RuleBody) -> None:
    """Add a rule, or change the one of this name. Reports that come from now on go by it."""
    network = request.app.state.settings.network
    with database.transaction(caller.scope) as connection:
        may = "manage_rules" in caller.may
        person_id = access.find_person(connection, body.person) if body.person and may else None
        facts = body.model_dump(exclude={"person"})
        order = keeping.RuleOrder(rule=rule, network=network, person_id=person_id, **facts)
        keeping.save_rule(connection, caller.name, order)


@router.delete("/rules/{rule}", status_code=204, responses=problems(404))
def remove_rule(caller: CurrentCaller, database: CurrentDatabase, rule: RULE) -> None:
    """Remove a rule; reports go by those that are left."""
    with database.transaction(caller.scope) as connection:
        keeping.remove_rule(connection, caller.name, rule)


@router.get("/categories/kept")
def get_kept_categories(request: Request, caller: CurrentCaller, database: CurrentDatabase) -> KeptCategories:
    """The tree of categories with what each says itself, for who keeps it."""
    with database.transaction(caller.scope) as connection:
        found = keeping.list_kept_categories(connection, caller.name)
    return tell(KeptCategories, {"categories": found}, zone_of(request))


@router.put("/categories/{category}", status_code=204, responses=problems(400, 409, 413))
def put_category(caller: CurrentCaller, database: CurrentDatabase, category: CATEGORY, body: KeptCategoryBody) -> None:
    """Add a category, or change the one of this id. Tickets keep the due time that they were given."""
    facts = body.model_dump() | {"category": category, "is_retired": body.retired}
    with database.transaction(caller.scope) as connection:
        keeping.save_category(connection, caller.name, facts)


@router.delete("/categories/{category}", status_code=204, responses=problems(404, 409))
def remove_category(caller: CurrentCaller, database: CurrentDatabase, category: CATEGORY) -> None:
    """Remove a category that nothing is about; one in use is retired instead."""
    with database.transaction(caller.scope) as connection:
        keeping.remove_category(connection, caller.name, category)
