"""The map where the processor draws it: coarse while it moves, and no page that waits for a frame."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import READY
from tests.browser.hands import centre_on, quiet_grid, settle, wait_for

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]
CARD = """
  const { getParameter } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === this.RENDERER ? 'a card' : getParameter.call(this, name);
  };
"""
"""A browser that says that a graphics card draws."""
WATCH = """() => {
  const { map } = document.getElementById('map');
  const canvas = map.getCanvas();
  const gl = canvas.getContext('webgl2');
  const size = () => Reflect.get(HTMLCanvasElement.prototype, 'width', canvas);
  const seen = (window.seen = { direct: 0, early: 0, shown: 0, rendered: 0, waiting: 0, emptied: 0, sizes: [] });
  let fence, last = size();
  for (const name of ['drawElements', 'drawArrays', 'clear']) {
    const draw = gl[name].bind(gl);
    gl[name] = (...given) => {
      if (!gl.getParameter(gl.FRAMEBUFFER_BINDING)) seen.direct += 1;
      draw(...given);
    };
  }
  const order = gl.fenceSync.bind(gl);
  gl.fenceSync = (...given) => (fence = order(...given));
  const copy = gl.blitFramebuffer.bind(gl);
  gl.blitFramebuffer = (...given) => {
    if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) seen.early += 1;
    copy(...given);
    Object.assign(seen, { shown: seen.shown + 1, rendered: 0 });
    last = size();
    if (!seen.sizes.includes(last)) seen.sizes.push(last);
  };
  map.on('render', () => (seen.waiting = Math.max(seen.waiting, (seen.rendered += 1))));
  const look = () => {
    if (size() !== last) seen.emptied += 1;
    requestAnimationFrame(look);
  };
  look();
}"""
"""What is drawn on the canvas itself, shown before it is drawn, waits to be shown, or empties the canvas."""


def test_software_draws_a_moving_map_coarsely_and_a_resting_one_as_ever(visit: Open) -> None:
    page = visit()
    code = quiet_grid(page)
    centre_on(page, code)
    rest = page.evaluate(
        """(code) => {
          const { map } = document.getElementById('map');
          window.place = map.getCenter();
          window.drawn = [];
          map.on('render', () => {
            const here = map.queryRenderedFeatures(map.project(place), { layers: ['area-fill'] });
            const isFound = here.some(({ properties }) => properties.code === code);
            const casing = map.getPaintProperty('area-line-grid-casing', 'line-opacity');
            window.drawn.push([map.getCanvas().width, isFound, casing]);
          });
          map.jumpTo({ center: [place.lng + 0.0001, place.lat] });
          return [map.getCanvas().width, map.getCanvas().getBoundingClientRect().width];
        }""",
        code,
    )
    settle(page)
    assert {width for width, _, _ in page.evaluate("drawn")} == {rest[0]}, "a jump is drawn once, and finely"
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("drawn.length = 0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    wait_for(page, f"() => drawn.some(([width]) => width < {rest[0]})")
    wait_for(page, f"() => drawn.at(-1)[0] === {rest[0]}")  # sharp also under a hand that holds still
    page.evaluate("drawn.length = 0")
    page.mouse.move(x + 80, y, steps=4)
    wait_for(page, f"() => drawn.some(([width]) => width < {rest[0]})")
    page.mouse.up()
    settle(page)
    drawn = page.evaluate("drawn")
    assert drawn[-1][0] == rest[0]
    assert all((casing > 0) == (width == rest[0]) for width, _, casing in drawn)
    centre = "() => { const { map } = document.getElementById('map'); return map.project(place).x; }"
    assert page.evaluate(centre) > x - box["x"] + 70, "the map went with the hand to the end"
    assert all(found for _, found, _ in drawn), "what lies where does not depend on it"
    canvas = page.locator("#map canvas").first
    assert page.evaluate("document.querySelector('#map canvas').getBoundingClientRect().width") == rest[1]
    seen = canvas.screenshot()
    page.evaluate("document.getElementById('map').map.resize().redraw()")
    settle(page)
    assert canvas.screenshot() == seen, "what stays is no stretched picture"


def picture(page: Page) -> bytes:
    settle(page)
    return page.locator("#map canvas").first.screenshot()


def test_the_page_waits_for_no_frame_that_software_draws(visit: Open) -> None:
    page = visit()
    settle(page)
    page.evaluate(WATCH)
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + 12 * step, y)
        wait_for(page, f"() => seen.shown >= {step}")
    page.mouse.up()
    settle(page)
    seen = page.evaluate("seen")
    assert seen["shown"] > 8 and len(seen["sizes"]) > 1, seen
    assert (seen["direct"], seen["early"], seen["emptied"]) == (0, 0, 0), seen
    assert seen["waiting"] == 1, "the next frame begins when the one before is shown"


def test_what_is_drawn_aside_is_the_same_picture_also_after_the_loss_of_all_that_was_drawn(visit: Open) -> None:
    page = visit()
    page.add_init_script(CARD)
    page.reload()
    page.wait_for_selector(READY)
    plain = picture(page)
    page = visit()
    assert picture(page) == plain
    loss = "document.getElementById('map').map.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context')"
    page.evaluate(f"window.loss = {loss}; loss.loseContext()")
    wait_for(page, "() => document.getElementById('map').map.getStyle() === undefined")
    page.evaluate("loss.restoreContext()")
    wait_for(page, "() => document.getElementById('map').map.loaded()")
    assert picture(page) == plain
