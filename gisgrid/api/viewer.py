"""The viewer's page and its files, as the build left them."""

from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

NO_VIEWER = "<!doctype html><title>gisgrid</title><p>The viewer is not built: <code>python3 -m gisgrid up</code> does."
NO_PAGE = """\
<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gisgrid</title>
<h1>没有这个页面</h1>
<p><a href="{top}">打开地图</a></p>
<div lang="en">
<h2>This page does not exist</h2>
<p><a href="{top}">Open the map</a></p>
</div>
</html>
"""
"""For a person whose browser follows a link that is wrong."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
A_DAY = "public, max-age=86400"
"""For icon and manifest, which keep their names."""
CODINGS = {"br": ".br", "gzip": ".gz"}
"""What a file was compressed by when it was built, the smallest first, and the ending of the result."""


class Assets(StaticFiles):
    """Files whose names change with their content, so that a browser keeps them; compressed when they were built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file in the smallest form that the client takes. Raises HTTPException 404."""
        accepted = {part.split(";")[0].strip() for part in Headers(scope=scope).get("accept-encoding", "").split(",")}
        for coding, ending in CODINGS.items():
            if coding in accepted and self._has(path + ending):
                answer = await super().get_response(path + ending, scope)
                answer.headers["Content-Encoding"] = coding
                answer.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
                return _kept(answer)
        return _kept(await super().get_response(path, scope))

    def _has(self, path: str) -> bool:
        """Is there such a file? Raises HTTPException 404 for what cannot be a name: too long, or with NUL."""
        try:
            return self.lookup_path(path)[1] is not None
        except (OSError, ValueError) as error:
            raise HTTPException(404) from error


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def is_for_a_person(request: Request) -> bool:
    """Does a browser ask for a page, and not a program for data?"""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def no_page(request: Request) -> HTMLResponse:
    """That the address leads nowhere, in both languages, and where the map is: also below a path of a proxy."""
    return HTMLResponse(NO_PAGE.format(top="../" * (request.url.path.count("/") - 1) or "./"), 404)


def add_viewer(app: FastAPI, static: Path) -> None:
    """The page at `/`, for a wall of screens at `/wall`, the API's at `/docs`, and the files that the build left."""
    if not (static / "index.html").is_file():

        @app.get("/", include_in_schema=False)
        def no_viewer() -> HTMLResponse:
            return HTMLResponse(NO_VIEWER)

        return
    # Not mounted at /: that would hide from every other path which methods it has.
    app.mount("/assets", Assets(directory=static / "assets"), name="viewer")

    pages = {"": "index.html", "wall": "index.html", "docs": "docs.html"} | {
        file.name: file.name for file in static.iterdir() if file.is_file()
    }
    for path, name in pages.items():
        app.add_api_route(f"/{path}", _give(static / name), methods=["GET"], include_in_schema=False)


def _give(file: Path) -> Callable[[], FileResponse]:
    def page() -> FileResponse:
        if not file.is_file():  # another build has taken its place
            raise HTTPException(404)
        kept = ASK_FIRST if file.suffix in (".html", ".js") else A_DAY
        return FileResponse(file, headers={"Cache-Control": kept})

    return page
