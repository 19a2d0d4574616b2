"""Query parameters that a door does not have: refused by name, so that a misspelt filter is not ignored."""

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gisgrid.errors import Fault, Refused


async def refuse_unknown(request: Request) -> None:
    """Raise Refused naming each query parameter that the door does not have, and those it has."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = names_of(route)
    if unknown := sorted(set(request.query_params) - known):
        remedy = f"one of {', '.join(sorted(known))}" if known else "leave it out"
        raise Refused(*(Fault(name, "this parameter is not known here", remedy) for name in unknown))


def names_of(route: APIRoute) -> set[str]:
    """The query parameters of a route and of what it depends on."""
    return _names(route.dependant)


def _names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_names, dependant.dependencies))
