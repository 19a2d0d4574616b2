"""The QGIS desktop in a window of its own screen (Xvfb), used as a person does: by mouse and keyboard (xdotool)."""

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.qgis.desk import URI, TownHall
from tests.waiting import PATIENCE_S, until

EYES = Path(__file__).with_name("eyes.py")
SCREEN = (1500, 950)
SETTINGS = """\
[locale]
overrideFlag=true
userLocale={language}

[qgis]
showTips=false
attributeTableView=-1
attributeTableLastView=1
"""
"""Of a person who has used QGIS before: a table opens as it was last seen, at first in its form view."""


class Window:
    """QGIS with the project open. What it shows is asked of QGIS, what is done is done by mouse and keyboard."""

    def __init__(self, hall: TownHall, name: str, language: str = "en_US", project: str = URI) -> None:
        env = hall.environ(name)
        home = Path(tempfile.mkdtemp(dir=env["HOME"]))  # of this window alone
        profile = home / "profiles" / "default" / "QGIS"
        profile.mkdir(parents=True)
        (profile / "QGIS3.ini").write_text(SETTINGS.format(language=language), encoding="utf-8")
        for unset in ("QT_QPA_PLATFORM", "QGIS_CUSTOM_CONFIG_PATH", "WAYLAND_DISPLAY"):
            env.pop(unset, None)
        self.path = str(home / "eyes")
        self.screen, display = _open_screen()
        self.env = env | {"DISPLAY": display, "GISGRID_EYES": self.path, "LC_ALL": "C.UTF-8"}
        flags = ["--nologo", "--noversioncheck", "--noplugins", "--profiles-path", str(home), "--code", str(EYES)]
        with (home / "window.log").open("w") as log:
            self.qgis = subprocess.Popen(["qgis", *flags, "--project", project], env=self.env, stdout=log, stderr=log)
        try:
            until(lambda: Path(self.path).exists() or self._ended())
            until(self._is_open)
            self.ask("arrange", width=SCREEN[0], height=SCREEN[1])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_open(self) -> bool:
        try:
            return bool(self.ask("is_drawn"))
        except ConnectionRefusedError:  # its socket is there already, and nobody listens yet
            return self._ended()

    def _ended(self) -> bool:
        assert self.qgis.poll() is None, f"QGIS ended with {self.qgis.returncode}"
        return False

    def close(self) -> None:
        """Away with it: what is not saved is lost, and nobody is asked."""
        for process in (self.qgis, self.screen):
            process.kill()
            process.wait(PATIENCE_S)

    def ask(self, do: str, **given: Any) -> Any:
        """What the window shows (tests/qgis/eyes.py)."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            line.connect(self.path)
            line.sendall((json.dumps({"do": do, **given}) + "\n").encode())
            heard = line.makefile(encoding="utf-8").readline()
        answer = json.loads(heard)
        assert "error" not in answer, answer["error"]
        return answer["is"]

    def sees(self, do: str, **given: Any) -> Any:
        """Wait until the window shows it; what it is."""
        found: list[Any] = []

        def look() -> bool:
            found[:] = [self.ask(do, **given)]
            return bool(found[0])

        until(look)
        return found[0]

    def hands(self, *words: object) -> None:
        """Mouse and keyboard."""
        subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, timeout=PATIENCE_S)

    def point(self, place: Sequence[int]) -> None:
        self.hands("mousemove", "--sync", *place) if place != self._mouse() else None

    def _mouse(self) -> list[int]:
        words = subprocess.run(
            ["xdotool", "getmouselocation", "--shell"], env=self.env, check=True, capture_output=True, text=True
        ).stdout
        x, y, *_ = [int(line.partition("=")[2]) for line in words.splitlines()]
        return [x, y]

    def click(self, place: Sequence[int], button: int = 1) -> None:
        self.point(place)
        self.hands("click", button)

    def choose(self, layer: str) -> None:
        """Click a layer in the panel, but never twice: that opens its properties."""
        if self.ask("active") != layer:
            self.click(self.sees("node", layer=layer))
        until(lambda: self.ask("active") == layer)

    def press(self, action: str) -> None:
        """Click a button of a tool bar."""
        self.click(self.sees("tool", action=action))

    def take(self, action: str) -> None:
        """Click the button of a map tool, until it is at hand."""
        self.press(action)
        self.sees("is_down", action=action)

    def edit(self, layer: str) -> None:
        """Toggle editing on."""
        self.choose(layer)
        if not self.ask("is_editing", layer=layer):
            self.press("mActionToggleEditing")
            self.sees("is_editing", layer=layer)

    def save(self, layer: str) -> None:
        """Press *Save layer edits*, and wait until there is nothing left to save."""
        self.choose(layer)
        self.press("mActionSaveLayerEdits")
        until(lambda: not self.ask("is_modified", layer=layer))

    def look(self, box: Sequence[float]) -> None:
        """Show this box (EPSG:4326), and wait for the map."""
        self.ask("look", box=list(box))
        self.sees("is_drawn")

    def stroke(self, points: Sequence[Sequence[float]]) -> None:
        """Draw a line: a click at each point (EPSG:4326), a right click at the end."""
        for lon, lat in points:
            self.click(self.ask("spot", lon=lon, lat=lat))
        self.click(self.ask("spot", lon=points[-1][0], lat=points[-1][1]), button=3)

    def fill(self, name: str, words: str) -> None:
        """Type into a field of the form that is open."""
        self.hands("mousemove", *self.sees("field", name=name))
        self.hands("click", "--repeat", 3, "--delay", 20, 1)
        self.hands("type", "--delay", 5, words)
        until(lambda: self.ask("value", name=name) == words)

    def pick(self, name: str, words: str) -> None:
        """Choose a line, by the beginning of its text, of a list in the form that is open."""
        self.click(self.sees("field", name=name))
        self.click(self.sees("item", words=words))
        until(lambda: self.ask("value", name=name).startswith(words))

    def tick(self, words: str) -> None:
        """Tick a line, by the beginning of its text, of a list in the form that is open."""
        self.click(self.sees("box", words=words))
        self.sees("is_ticked", words=words)

    def answer(self, button: str) -> None:
        """Press a dialog's button; it closes."""
        before = self.ask("windows")
        self.click(self.sees("answer", button=button))
        until(lambda: len(self.ask("windows")) < len(before))

    def shut(self) -> None:
        """Close what is open beside the main window. Nobody manages windows here: the keyboard is given by number."""

        def is_shut() -> bool:
            for number in self.ask("numbers")[:1]:
                with suppress(subprocess.CalledProcessError):  # which may close in this very moment
                    self.hands("windowfocus", number, "key", "Escape")
            return not self.ask("numbers")

        until(is_shut)


def _open_screen() -> "tuple[subprocess.Popen[bytes], str]":
    """A screen that nobody sees, and its number, which the server chooses."""
    heard, said = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(said), "-screen", "0", size, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[said], stderr=subprocess.DEVNULL)
    os.close(said)
    with os.fdopen(heard) as line:
        number = line.readline().strip()
    assert number, "no screen (Xvfb)"
    return process, f":{number}"
