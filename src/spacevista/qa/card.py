"""The dataset card: what is in the folder, in which units and coordinates, from where and under which licences.

Its head tells the Hugging Face hub which tables to show, with their columns and splits: left to guess, the hub takes
the most frequent kind of file, here the bare frames.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

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


def dataset_card(name: str, questions: Sequence[Question], tables: Sequence[Table] = ()) -> str:
    """Return the card of a data set as Markdown.

    Args:
        tables: what the hub shows, one for each of its splits; by default the one table of all rows, without pictures.
    """
    shown = tables or (Table("questions", "questions.parquet", len(questions), SCHEMA),)
    facts = len({q.fact_id for q in questions})
    scenes = len({q.scene_id for q in questions})
    parts = [
        card_head(hub_licences(q.licence for q in questions), shown) + f"# {_plain(name)}\n",
        f"{len(questions)} questions about {facts} facts in {scenes} scenes, made with spacevista.\n",
        "## Rows by task and scale\n" + _by_task_and_scale(questions),
        "## Rows by form, prompt type and split\n"
        + _table(("", "rows"), Counter(v for q in questions for v in (q.form, q.prompt_type, q.split)).items()),
        CONVENTIONS,
        "## Licences\nThe licence of each row is in its column `licence`.\n\n"
        + _table(("licence", "source", "rows"), _counted((q.licence, q.source) for q in questions)),
    ]
    return "\n".join(parts)


def _by_task_and_scale(questions: Sequence[Question]) -> str:
    counts = Counter((q.task, q.scale) for q in questions)
    heads = ("task", *(f"{s.value} ({SCALE_FACTS[s].unit})" for s in Scale))
    tasks = sorted({q.task for q in questions})
    return _table(heads, [(task, *(counts[task, s.value] for s in Scale)) for task in tasks])


def _counted(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str, int]]:
    return [(*key, rows) for key, rows in sorted(Counter(keys).items())]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_plain(str(cell)) for cell in line)} |\n" for line in lines)


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
