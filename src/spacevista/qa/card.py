"""The dataset card: what is in the folder, in which units and coordinates, from where and under which licences.

Its head tells the Hugging Face hub which tables to show, with their columns and splits: left to guess, the hub takes
the most frequent kind of file, here the bare frames.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacevista.qa.hub_head import Table, card_head
from spacevista.qa.licences import hub_licences
from spacevista.qa.parquet import SCHEMA
from spacevista.qa.record import Question
from spacevista.scales import SCALE_FACTS, Scale

CONVENTIONS = """\
## Conventions
- One row is one fact in one form (`mc` options, `reg` a number, `free` a sentence) and one way of pointing at its
  objects (`none` by name, `point`, `box`, `mask`). Rows of one fact share `fact_id`; all rows of a scene are in one
  split.
- Pixels are of the full-size frame, [x, y] from its top left corner, pixel centres at +0.5; boxes are half-open
  [x1, y1, x2, y2). `frame_index` counts from 0 in `frames`. Scale marks with the frame if you resize it.
- Masks are COCO run lengths in `questions.parquet` and PNG files (not zero: object) in `all.json`. Nothing is pickled.
- `value` is the number before rounding, in `unit`; of a camera motion right, up and forward in `unit` and then yaw to
  the right and pitch up in degrees, in the axes of the first frame. `error` is the relative half-width of its interval.
- Depth is along the viewing axis where the question says so, else straight-line distance from the camera centre.
"""


@dataclass
class _Counts:
    """What a card says in numbers, counted in one pass."""

    rows: int = 0
    facts: set[str] = field(default_factory=set)
    scenes: set[str] = field(default_factory=set)
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)  # task, scale
    kinds: Counter[str] = field(default_factory=Counter)  # form, prompt type, split
    origins: Counter[tuple[str, str]] = field(default_factory=Counter)  # licence, source


def dataset_card(name: str, questions: Iterable[Question], tables: Sequence[Table] = ()) -> str:
    """Return the card of a data set as Markdown.

    Args:
        tables: what the hub shows, one for each of its splits; by default the one table of all rows, without pictures.
    """
    found = _counted(questions)
    shown = tables or (Table("questions", "questions.parquet", found.rows, SCHEMA),)
    origins = [(*origin, rows) for origin, rows in sorted(found.origins.items())]
    parts = [
        card_head(hub_licences(licence for licence, _ in found.origins), shown) + f"# {_plain(name)}\n",
        f"{found.rows} questions about {len(found.facts)} facts in {len(found.scenes)} scenes, made with spacevista.\n",
        "## Rows by task and scale\n" + _by_task_and_scale(found.cells),
        "## Rows by form, prompt type and split\n" + _table(("", "rows"), found.kinds.items()),
        CONVENTIONS,
        "## Licences\nThe licence of each row is in its column `licence`.\n\n"
        + _table(("licence", "source", "rows"), origins),
    ]
    return "\n".join(parts)


def _by_task_and_scale(counts: Counter[tuple[str, str]]) -> str:
    heads = ("task", *(f"{s.value} ({SCALE_FACTS[s].unit})" for s in Scale))
    tasks = sorted({task for task, _ in counts})
    return _table(heads, [(task, *(counts[task, s.value] for s in Scale)) for task in tasks])


def _counted(questions: Iterable[Question]) -> _Counts:
    found = _Counts()
    for q in questions:
        found.rows += 1
        found.facts.add(q.fact_id)
        found.scenes.add(q.scene_id)
        found.cells[q.task, q.scale] += 1
        found.kinds.update((q.form, q.prompt_type, q.split))
        found.origins[q.licence, q.source] += 1
    return found


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_plain(str(cell)) for cell in line)} |\n" for line in lines)


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
