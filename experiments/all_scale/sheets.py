"""Contact sheets of a data set: what a reader sees of each band, with marks and answers.

    python -m experiments.all_scale.sheets out/lab_main --out out/sheets --scenes 12

One sheet a range of sizes: the marked frame of one question of each of its first scenes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.all_scale.record import SceneTruth, read_scenes
from PIL import Image, ImageDraw

from spacevista.qa.marks import draw_marks
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question

COLUMNS, STRIP_PX, ZOOM = 4, 26, 1.5


def tile(data: Path, question: Question, scene: SceneTruth) -> Image.Image:
    """Return the frame that a question points at, with its marks, below what it asks and holds."""
    frame = question.marks[0].frame_index if question.marks else 0
    with Image.open(data / question.frames[frame]) as opened:
        picture = opened.convert("RGB")
    size = picture.size
    large = picture.resize((round(size[0] * ZOOM), round(size[1] * ZOOM)), Image.Resampling.BICUBIC)
    marks = [mark for mark in question.marks if mark.frame_index == frame]
    out = Image.new("RGB", (large.width, large.height + STRIP_PX), "white")
    out.paste(draw_marks(large, marks, size), (0, STRIP_PX))
    draw = ImageDraw.Draw(out)
    draw.text((2, 0), f"{question.task}: {question.answer} ({question.prompt_type})", fill="black")
    draw.text((2, 12), f"{scene.dose}: {', '.join(scene.evidence) or '-'}", fill="black")
    return out


def sheet(tiles: list[Image.Image]) -> Image.Image:
    """Return tiles of one size side by side."""
    width, height = tiles[0].size
    out = Image.new("RGB", (COLUMNS * width, -(-len(tiles) // COLUMNS) * height), "white")
    for place, one in enumerate(tiles):
        out.paste(one, (place % COLUMNS * width, place // COLUMNS * height))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=12)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Question]] = {}
    for question in read_questions(given.data):
        rows.setdefault(question.scene_id, []).append(question)
    scenes = [scene for scene in read_scenes(given.data) if rows.get(scene.id)]
    for name in dict.fromkeys(scene.sizes for scene in scenes):
        some = [scene for scene in scenes if scene.sizes == name][: given.scenes]
        tiles = [tile(given.data, rows[s.id][k % len(rows[s.id])], s) for k, s in enumerate(some)]
        sheet(tiles).save(given.out / f"{name}.png")
        print(given.out / f"{name}.png")


if __name__ == "__main__":
    main()
