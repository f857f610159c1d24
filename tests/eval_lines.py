"""Results lines for the tests of the evaluation report, as our runner writes them, and as released scripts do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from spacevista.evals.predictions import Header

HEADER = Header(
    benchmark="spacevista_sim",
    benchmark_sha256="0" * 64,
    answerer="endpoint",
    model="a-model",
    prompt_version=1,
    parser="official",
    frames=16,
    longest_edge_px=448,
    media="images",
    seed=0,
)


def sim_line(key: str, answer: str | None, truth: str = "10", **fields: Any) -> dict[str, Any]:
    """A line of spacevista_sim: by default a number question about a length of 10 cm on a table."""
    form = fields.get("form", "reg")
    return {
        "task": "object_size",
        "scale": "tabletop",
        "form": form,
        "unit": "cm" if form == "reg" else "",
        "options": [],
        "ground_truth": truth,
        "value": [float(truth)] if form == "reg" and "," not in truth else [],
        "predicted_answer": answer,
        "id": key,
        "scene_id": "table-1",
        "seconds": 0.5,
        "attempts": 1,
        "frames_sent": [0, 1],
        "unscored": None,
        "refused": False,
        "interval": None,
        **fields,
    }


def vsi_line(task: str, answer: str, truth: str = "A", **fields: Any) -> dict[str, Any]:
    """A line of the released VSI-Bench script."""
    return {"question_type": task, "ground_truth": truth, "predicted_answer": answer, **fields}


def write_run(path: Path, lines: list[dict[str, Any]], header: Header | None = HEADER) -> Path:
    first = [{"header": msgspec.to_builtins(header)}] if header else []
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in (*first, *lines)))
    return path
