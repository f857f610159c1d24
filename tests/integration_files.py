"""The files below integrations/ as modules, and a small SpaceVista-Bench to run them on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from bench_releases import bench_entry, write_bench

INTEGRATIONS = Path(__file__).parent.parent / "integrations"


def module_at(path: str) -> ModuleType:
    """Load a file of integrations/ as the frameworks do: by its path, under a name of its own."""
    file = INTEGRATIONS / path
    name = "_".join(file.relative_to(INTEGRATIONS).with_suffix("").parts)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def small_bench(root: Path) -> list[dict[str, Any]]:
    """Write four questions about 20 frames; the second points at frame 7, the last at one that is not there."""
    point = {"coords": [320.0, 240.0], "image_index": 7, "color": "red"}
    pointing = {"input_type": "image_point_text", "metadata": {"coordinate_order": "xy"}}
    entries = [
        bench_entry(0, answer="B", category="Tabletop", original_type="EXISTENCE"),
        bench_entry(
            1, answer="20", category="TinyTabletop", original_type="HEIGHT", annotations={"points": [point]}, **pointing
        ),
        bench_entry(2, answer="left, then up", category="Indoor", original_type="ROUTE"),
        bench_entry(3, annotations={"points": [{**point, "image_index": 999}]}, **pointing),
    ]
    write_bench(root, entries)
    return entries
