"""What a data set holds: counts, balance of the answers, sizes and distances, and what must not be in it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from spacevista.qa.dataset import Manifest
from spacevista.qa.options import LETTERS
from spacevista.qa.plots import bar_svg, log_histogram_svg
from spacevista.qa.record import Question
from spacevista.scales import SCALE_FACTS, Scale

AXIS_M = (1e-3, 1e3)  # 1 mm to 1 km: the five scales
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
@media (prefers-color-scheme:dark){body{background:#181818;color:#ddd}}
.wide{overflow-x:auto}.plots{display:flex;flex-wrap:wrap;gap:1rem}svg{width:28rem;max-width:100%;height:auto}
table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;text-align:right}
td:first-child,th:first-child{text-align:left}.bad{color:#d33}"""


@dataclass(frozen=True)
class Stats:
    """Figures of a data set.

    Attributes:
        rows: column -> value -> how many rows, for task, scale, form, prompt type, split and licence.
        tasks: task -> scale -> rows.
        letters: number of options -> letter -> rows of form mc that it answers.
        sizes_m, distances_m: by scale, of the objects of its scenes, as in the manifest.
        scenes: split -> scenes.
        faults: check -> how many rows (scenes) do not hold it, and an example; a sound data set has none.
    """

    rows: dict[str, dict[str, int]]
    tasks: dict[str, dict[str, int]]
    letters: dict[int, dict[str, int]]
    sizes_m: dict[str, list[float]]
    distances_m: dict[str, list[float]]
    scenes: dict[str, int]
    faults: dict[str, tuple[int, str]]


def stats_of(questions: Sequence[Question], manifest: Manifest) -> Stats:
    """Count everything once."""
    by_scale = {scale.value: [scene for scene in manifest.scenes if scene.scale == scale] for scale in Scale}
    used = {scale: scenes for scale, scenes in by_scale.items() if scenes}
    tasks = sorted({q.task for q in questions})
    mc = [q for q in questions if q.form == "mc"]
    return Stats(
        rows={
            column: dict(sorted(Counter(str(getattr(q, column)) for q in questions).items()))
            for column in ("task", "scale", "form", "prompt_type", "split", "licence")
        },
        tasks={task: dict(Counter(str(q.scale) for q in questions if q.task == task)) for task in tasks},
        letters={
            count: _letters([q for q in mc if len(q.options) == count])
            for count in sorted({len(q.options) for q in mc})
        },
        sizes_m={scale: [m for scene in scenes for m in scene.sizes_m] for scale, scenes in used.items()},
        distances_m={scale: [m for scene in scenes for m in scene.distances_m] for scale, scenes in used.items()},
        scenes=dict(sorted(Counter(scene.split for scene in manifest.scenes).items())),
        faults=faults_of(questions),
    )


def faults_of(questions: Sequence[Question]) -> dict[str, tuple[int, str]]:
    """Return how often each check does not hold, with an example.

    `same id`: two rows with one id. `same prompt`: rows that ask the same of the same frames with the same marks.
    `contradiction`: rows of one prompt with different answers. `scene in two splits`: its questions leak.
    """
    ids = Counter(q.id for q in questions)
    prompts: dict[str, list[Question]] = {}
    splits: dict[str, set[str]] = {}
    for q in questions:
        prompts.setdefault(repr((q.question, q.frames, q.marks)), []).append(q)
        splits.setdefault(q.scene_id, set()).add(q.split)
    shared = [rows for rows in prompts.values() if len(rows) > 1]
    found = {
        "same id": [name for name, count in ids.items() if count > 1],
        "same prompt": [rows[1].id for rows in shared],
        "contradiction": [rows[1].id for rows in shared if len({q.answer for q in rows}) > 1],
        "scene in two splits": [scene for scene, names in splits.items() if len(names) > 1],
    }
    return {name: (len(examples), examples[0]) for name, examples in found.items() if examples}


def figures(stats: Stats) -> dict[str, object]:
    """Return plain values."""
    return {
        "questions": sum(stats.rows["task"].values()),
        "rows": stats.rows,
        "tasks": stats.tasks,
        "letters": {str(count): letters for count, letters in stats.letters.items()},
        "objects": {scale: len(sizes) for scale, sizes in stats.sizes_m.items()},
        "scenes": stats.scenes,
        "faults": {name: count for name, (count, _) in stats.faults.items()},
    }


def page(stats: Stats, name: str) -> str:
    """Return a self-contained HTML page."""
    scales = [scale.value for scale in Scale if scale.value in stats.rows["scale"]]
    by_task = [(task, *(str(counts.get(scale, 0)) for scale in scales)) for task, counts in stats.tasks.items()]
    count = sum(stats.rows["task"].values())
    plots = [
        log_histogram_svg(_labelled(stats.sizes_m), *AXIS_M, "objects by size, longest side of what was seen"),
        log_histogram_svg(_labelled(stats.distances_m), *AXIS_M, "objects by median distance from the camera"),
        *(bar_svg(letters, f"right letters of {n} options") for n, letters in stats.letters.items()),
        *(bar_svg(stats.rows[column], f"rows by {column.replace('_', ' ')}") for column in ("form", "prompt_type")),
        bar_svg(stats.rows["split"], "rows by split"),
        bar_svg(stats.scenes, "scenes by split"),
    ]
    faults = [(fault, f"{number}, such as {example}") for fault, (number, example) in stats.faults.items()]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(name)}</title><style>{STYLE}</style><h1>{escape(name)}</h1>",
        f"<p>{count} questions about {sum(stats.scenes.values())} scenes.</p>",
        "<h2>Checks</h2>" + (_table(("does not hold", "rows"), faults) if faults else "<p>No row is there twice.</p>"),
        "<h2>Rows by task and scale</h2>" + _table(("task", *scales), by_task),
        f"<div class=plots>{''.join(f'<figure>{plot}</figure>' for plot in plots)}</div>",
        "<h2>Licences</h2>" + _table(("licence", "rows"), [(k, str(v)) for k, v in stats.rows["licence"].items()]),
    ]
    return "\n".join(parts) + "\n"


def _letters(questions: Sequence[Question]) -> dict[str, int]:
    found = Counter(q.answer for q in questions)
    return {letter: found[letter] for letter in LETTERS[: len(questions[0].options)]}


def _labelled(values: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    return {SCALE_FACTS[Scale(scale)].label: lengths for scale, lengths in values.items()}


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(head)}' for head in heads)}"]
    lines += [f"<tr>{''.join(f'<td>{escape(cell)}' for cell in row)}" for row in rows]
    return f"<div class=wide><table>{''.join(lines)}</table></div>"
