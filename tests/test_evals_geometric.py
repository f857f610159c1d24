"""The geometric answerer: a hand-made world behind the questions, exact and with noise; what it refuses and why."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_captures import seen_world
from small_worlds import box, orbit
from spacevista.errors import CaptureError, DatasetError
from spacevista.evals import geometric
from spacevista.evals.geometric import NOT_SIMULATED, Geometric, world_of
from spacevista.evals.geometric_match import NO_FRAME, NO_OBJECT, UNKNOWN, candidate_of, measured
from spacevista.evals.geometric_words import NOT_AN_OPTION, OTHER_OPTIONS
from spacevista.evals.records import Frames, Sample
from spacevista.evals.replies import factor, nearest_letter, nearest_motion, unit_in
from spacevista.qa.make import fact_id
from spacevista.qa.numbers import motion_text
from spacevista.qa.record import Mark
from spacevista.qa.sim_benchmark_file import load_benchmark
from spacevista.scales import Scale
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.seeds import world_id
from spacevista.sim.truth import Truth, judge
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.plans import PLANNING

SCENE = "tabletop-000007"
FRAMES = 8
# Thing 1: 20 x 10 x 30 cm around the origin. Thing 2: a cube of 10 cm, 40 cm to its right: 40 - 10 - 5 = 25 cm apart.
# Thing 3: 10 x 10 x 20 cm, 50 cm behind thing 1: 50 - 5 - 5 = 40 cm apart.
MESHES = (
    box((0.2, 0.1, 0.3), (0, 0, 0.15)),
    box((0.1, 0.1, 0.1), (0.4, 0, 0.05)),
    box((0.1, 0.1, 0.2), (0, 0.5, 0.1)),
)
HEIGHT_1 = Candidate("object_size", "height", (1,))
GAP_12 = Candidate("absolute_distance", "closest", (1, 2))


def small_world(scale=Scale.TABLETOP, seed=7):
    # The cameras look down steeply enough to see the ground all around each box.
    path = orbit(0.9, 1.1, FRAMES, (0.15, 0.2, 0.1))
    return replace(seen_world(MESHES, path, size_px=(320, 240)), id=world_id(scale, seed), seed=seed)


@pytest.fixture(scope="module")
def answerers():
    """One answerer a level, with the small world behind every id, so that it is annotated once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geometric, "make_world", small_world)
        yield {level: Geometric(level) for level in NoiseLevel}


def sample(candidate, form="reg", question="How much is it? Answer with one number, in cm.", options=(), marks=()):
    kind = marks[0].kind if marks else "none"
    return Sample(
        id=f"{fact_id(SCENE, candidate)}:{form}:{kind}",
        benchmark="spacevista_sim",
        scene_id=SCENE,
        task=candidate.task,
        scale="tabletop",
        form=form,
        prompt=question,
        media=Frames(Path(), ()),
        marks=marks,
        row={},
        options=options,
    )


def choice(aspect, task, objects, options, frames=(), marks=()):
    return sample(Candidate(task, aspect, objects, frames), "mc", "Which one?", options, marks)


def marked(number, color):
    return Mark("box", 0, [1.0, 1.0, 9.0, 9.0], "", color, number)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (sample(HEIGHT_1, "mc", "How tall?", ("52.0 cm", "21.0 cm", "30.5 cm", "15.0 cm")), "C"),
        (sample(GAP_12, "mc", "How far?", ("0.25 m", "250 m", "0.4 m")), "A"),
        # 10 cm < 30 cm in height, in either order of the two; by name and by mark.
        (choice("height", "size_comparison", (2, 1), ("the thing 1", "the thing 2")), "A"),
        (
            choice(
                "height",
                "size_comparison",
                (1, 2),
                ("the object marked blue", "the object marked red"),
                marks=(marked(2, "blue"), marked(1, "red")),
            ),
            "B",
        ),
        (sample(Candidate("size_comparison", "height", (2, 1)), "free", "Which?"), "The thing 1 is taller."),
        # 25 cm to thing 2, 40 cm to thing 3; groups in an order that the tasks never drew.
        (choice("closest", "relative_distance", (1, 3, 2), ("the thing 2", "the thing 3")), "A"),
        (choice("farthest", "relative_distance", (1, 3, 2), ("the thing 2", "the thing 3")), "B"),
        # An orbit counter-clockwise goes to the right of a camera that looks inwards, and back to the left.
        (choice("direction", "view_change", (), ("left", "right", "up"), frames=(0, 1)), "B"),
        (choice("direction", "view_change", (), ("left", "right", "up"), frames=(1, 0)), "A"),
    ],
)
def test_exact_scenes_give_the_truth(answerers, asked, text):
    given = answerers[NoiseLevel.EXACT].answered(asked)
    assert (given.text, given.failure, given.refused) == (text, None, False)


@pytest.mark.parametrize(
    ("asked", "words", "true_cm"),
    [
        (sample(HEIGHT_1), "#", 30),
        (sample(HEIGHT_1, question="How tall? Name the unit."), "# cm", 30),
        (sample(HEIGHT_1, "free", "How tall?"), "It is # cm tall.", 30),
        (sample(GAP_12), "#", 25),
        (sample(replace(GAP_12, objects=(3, 1))), "#", 40),
        (sample(Candidate("object_size", "length", (1,))), "#", 20),
    ],
)
def test_numbers_come_in_the_words_and_the_unit_of_the_question(answerers, asked, words, true_cm):
    # At 4 mm a pixel seen surfaces end up to one pixel early.
    given = answerers[NoiseLevel.EXACT].answered(asked)
    before, after = words.split("#")
    assert given.text.startswith(before)
    assert given.text.endswith(after)
    assert float(given.text.removeprefix(before).removesuffix(after)) == pytest.approx(true_cm, rel=0.04)
    assert given.interval[0] * 0.999 <= true_cm <= given.interval[1] * 1.001


def test_depths_are_measured_where_the_question_asks(answerers):
    truth = Truth(small_world())
    asks = [Candidate("depth_estimation", "nearest_point", (number,), (3,)) for number in (1, 2, 3)]
    # A pixel in the middle of thing 1's picture, wherever the task itself would have drawn its point.
    rows, columns = np.nonzero(truth.views.picture(3)[1] == 1)
    point = (float(columns[len(columns) // 2]) + 0.5, float(rows[len(rows) // 2]) + 0.5)
    asks.append(Candidate("depth_estimation", "point_z", (1,), (3,), point))
    for candidate in asks:
        true_cm = 100 * judge(truth, *plain(candidate), candidate.point_px)
        given = answerers[NoiseLevel.EXACT].answered(sample(candidate))
        assert float(given.text) == pytest.approx(true_cm, rel=0.02)
        assert given.interval[0] * 0.999 <= true_cm <= given.interval[1] * 1.001


def test_the_nearest_of_objects_each_in_its_own_picture(answerers):
    truth = Truth(small_world())
    for frames in ((0, 6), (3, 0), (2, 4)):
        distances = [truth.nearest_point(f, n).distance_m for f, n in zip(frames, (2, 3), strict=True)]
        assert max(distances) > 1.1 * min(distances)
        places = [sorted(frames).index(frame) + 1 for frame in frames]
        options = tuple(f"the thing {n} in picture {place}" for n, place in zip((2, 3), places, strict=True))
        asked = choice("which_nearest", "depth_estimation", (2, 3), options, frames)
        right = "AB"[distances.index(min(distances))]
        assert answerers[NoiseLevel.EXACT].answered(asked).text == right


def test_a_motion_as_numbers_and_as_the_nearest_option(answerers):
    vector = Candidate("view_change", "vector", (), (0, 1))
    true = judge(Truth(small_world()), *plain(vector), None)
    given = answerers[NoiseLevel.EXACT].answered(sample(vector, question="Give five numbers, lengths in cm."))
    numbers = [float(part) for part in given.text.split(",")]
    assert numbers[:3] == pytest.approx([100 * v for v in true[:3]], abs=1)
    assert numbers[3:] == pytest.approx(true[3:], abs=1)
    assert given.interval is None
    turned = [motion_text([sign * v for v in true], 0.0, "m") for sign in (-1, 1)]
    assert answerers[NoiseLevel.EXACT].answered(sample(vector, "mc", "Which?", tuple(turned))).text == "B"


def plain(candidate):
    return candidate.task, candidate.aspect, candidate.objects, candidate.frames


@pytest.mark.parametrize(
    ("level", "least_answered", "least_held"),
    # Of 15. With noise the sides of 10 cm are mostly declined, and an interval is one of 90 %.
    [(NoiseLevel.EXACT, 12, 1.0), (NoiseLevel.SENSOR, 5, 0.7)],
)
def test_most_intervals_hold_the_truth(answerers, level, least_answered, least_held):
    truth = Truth(small_world())
    asks = [Candidate("object_size", a, (n,)) for n in (1, 2, 3) for a in ("longest", "height", "length", "width")]
    asks += [Candidate("absolute_distance", "closest", pair) for pair in ((1, 2), (1, 3), (3, 2))]
    given = [(answerers[level].answered(sample(c)), 100 * judge(truth, *plain(c), None)) for c in asks]
    told = [(answer, true_cm) for answer, true_cm in given if not answer.refused]
    assert len(told) >= least_answered
    assert np.mean([a.interval[0] * 0.999 <= true <= a.interval[1] * 1.001 for a, true in told]) >= least_held
    assert all(float(answer.text) == pytest.approx(true_cm, rel=0.1) for answer, true_cm in told)


def test_noise_is_the_worlds_own_and_the_levels_differ(answerers):
    asked = sample(Candidate("depth_estimation", "nearest_point", (1,), (0,)))
    exact, sensor = (answerers[level].answered(asked) for level in (NoiseLevel.EXACT, NoiseLevel.SENSOR))
    assert exact.interval != sensor.interval
    assert Geometric(NoiseLevel.SENSOR).answered(asked) == sensor


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (sample(Candidate("object_size", "height", (9,))), NO_OBJECT),
        (sample(Candidate("depth_estimation", "nearest_point", (1,), (99,))), NO_FRAME),
        (sample(Candidate("object_size", "weight", (1,))), UNKNOWN),
        (sample(Candidate("object_size", "height", (1, 2))), UNKNOWN),
        (sample(Candidate("object_counting", "all", (1,))), UNKNOWN),
        (choice("direction", "view_change", (), ("left", "up"), frames=(0, 1)), NOT_AN_OPTION),
        (choice("height", "size_comparison", (2, 1), ("the thing 4", "the thing 2")), NOT_AN_OPTION),
        (sample(HEIGHT_1, "mc", "How tall?", ("red", "blue")), OTHER_OPTIONS),
        (sample(HEIGHT_1, "mc", "How tall?"), OTHER_OPTIONS),
        # Seven pixels away from the border of nothing: the picture's corner is ground, not thing 1.
        (
            sample(Candidate("depth_estimation", "point_z", (1,), (0,), (2.5, 2.5))),
            "depth edge or no depth at the point",
        ),
        (replace(sample(HEIGHT_1), scene_id="kitchen", id="kitchen:object_size:height:o1:reg:none"), NOT_SIMULATED),
        (replace(sample(HEIGHT_1), id="17"), NOT_SIMULATED),
    ],
)
def test_refusals_have_a_reason(answerers, asked, reason):
    given = answerers[NoiseLevel.EXACT].answered(asked)
    assert (given.text, given.failure, given.refused, given.interval) == (None, reason, True, None)


def test_a_declined_candidate_is_refused_with_the_tasks_reason(answerers):
    # Four times the sensor's noise on boxes of 10 cm: no footprint is known to 5 %.
    given = answerers[NoiseLevel.HARSH].answered(sample(Candidate("object_size", "width", (2,))))
    assert (given.text, given.failure, given.refused) == (None, "interval too wide", True)


def test_a_scene_that_cannot_be_annotated_is_refused(monkeypatch):
    def broken(capture):
        raise CaptureError("no frame with depth")

    monkeypatch.setattr(geometric, "make_world", small_world)
    monkeypatch.setattr(geometric, "annotate", broken)
    given = Geometric(NoiseLevel.EXACT).answered(sample(HEIGHT_1))
    assert (given.failure, given.refused) == ("the scene cannot be annotated: CaptureError: no frame with depth", True)


def test_a_scene_is_annotated_once_for_questions_at_the_same_time(monkeypatch):
    made = []
    monkeypatch.setattr(geometric, "make_world", lambda scale, seed: made.append(seed) or small_world(scale, seed))
    answerer = Geometric(NoiseLevel.EXACT)

    async def all_at_once():
        return await asyncio.gather(*(answerer.answer(sample(c), None) for c in (HEIGHT_1, GAP_12, HEIGHT_1)))

    first, second, third = asyncio.run(all_at_once())
    assert first == third != second
    assert made == [7]


def test_every_fact_of_a_scene_is_found_again_by_its_own_candidate(answerers):
    scene = answerers[NoiseLevel.EXACT]._scene(Scale.TABLETOP, 7)
    items = all_candidates(scene, 3)
    # Nothing appears late here. Plans are not measured again: their wrong options are drawn with them.
    items = [item for item in items if item.candidate.task not in PLANNING]
    assert len({item.candidate.task for item in items if isinstance(item, Fact)}) == 13
    scene = replace(scene, frames=tuple(replace(f, name=f"{n:06d}") for n, f in enumerate(scene.frames)))
    for item in items:
        again = measured(scene, item.candidate)
        # A point for which the mask is too small was never given, so nothing can be asked about it.
        if not (isinstance(item, Decline) and item.candidate.aspect == "point_z"):
            assert again == item


def test_frames_are_those_of_the_world_where_the_scene_has_dropped_some(answerers):
    scene = answerers[NoiseLevel.EXACT]._scene(Scale.TABLETOP, 7)
    asked = Candidate("depth_estimation", "nearest_point", (1,), (3,))
    fewer = replace(scene, frames=scene.frames[2:])
    assert measured(fewer, asked) == measured(scene, asked)
    assert measured(fewer, replace(asked, frames=(1,))) == Decline(replace(asked, frames=(1,)), NO_FRAME)


def test_every_question_of_the_benchmark_spells_out_its_candidate():
    for scene in load_benchmark().scenes:
        name = world_id(Scale(scene.scale), scene.seed)
        assert world_of(name) == (Scale(scene.scale), scene.seed)
        for row in scene.rows:
            question_id = f"{fact_id(name, row.candidate)}:{row.form}:{row.prompt_type}"
            assert candidate_of(question_id, name) == row.candidate


@pytest.mark.parametrize(
    "question_id",
    ["", "x", "s:", "s:mc:none", "s:a:b:oo:mc:none", "s:a:b:o1-:mc:none", "t:a:b:o1:mc:none", "s:a:b:p1:mc:none"],
)
def test_other_ids_are_no_candidates(question_id):
    with pytest.raises(DatasetError, match="expected an id of scene s"):
        candidate_of(question_id, "s")


@pytest.mark.parametrize(
    "scene_id", ["", "7", "galaxy-000001", "drone-1", "drone--00001", "drone-००००१७", "drone-0" + "9" * 40]
)
def test_other_scenes_are_no_worlds(scene_id):
    assert world_of(scene_id) is None


def test_marks_of_the_frozen_benchmark_are_known_without_its_frames():
    # Its samples have no marks before their frames are made; the colours stand in the frozen file.
    scene = load_benchmark().scenes[0]
    row = next(r for r in scene.rows if len(r.marks) > 1)
    name = world_id(Scale(scene.scale), scene.seed)
    question_id = f"{fact_id(name, row.candidate)}:{row.form}:{row.prompt_type}"
    asked = replace(sample(HEIGHT_1), id=question_id, scene_id=name)
    colors = Geometric(NoiseLevel.EXACT)._colors(asked)
    assert colors == {mark.object_id: mark.color for mark in row.marks}


@pytest.mark.parametrize(
    ("unit", "metres"), [("cm", 0.01), ("km", 1000), ("cubic mm", 1e-9), ("square m", 1), ("", 1), ("degrees", 1)]
)
def test_units_in_metres(unit, metres):
    assert factor(unit) == pytest.approx(metres)


def test_options_compare_by_ratio():
    # 10 lies a factor of 2.5 above 4 and 2.2 below 22, but 6 from the one and 12 from the other.
    assert nearest_letter(("4 m", "22 m"), (10.0,)) == "B"
    assert nearest_letter(("4 m", "red"), (10.0,)) is None
    assert nearest_letter(("4 m", "0 m"), (10.0,)) is None
    assert nearest_letter((), (10.0,)) is None


@pytest.mark.parametrize("unit", ["mm", "cm", "m"])
def test_motions_compare_by_what_differs_to_the_eye(unit):
    written = (0.2, -1.3, 4.5, -12.0, 30.0), (-0.2, 1.3, 4.5, -12.0, 30.0), (0, 0, 0, 0, 0)
    options = [motion_text([v / factor(unit) for v in m[:3]] + list(m[3:]), 0.0, unit) for m in written]
    for letter, motion in zip("ABC", written, strict=True):
        assert nearest_motion(options, motion) == letter
    # 2.6 m of a path of 4.7 m off, or 90 degrees: 2.6 / (0.5 * 4.7) = 1.1 against 90 / 20 = 4.5.
    assert nearest_motion(options[:2], (0.2, 1.3, 4.5, -12, 30)) == "B"
    assert nearest_motion((options[0], options[0].replace("12.0", "102.0")), (-0.2, 1.3, 4.5, -12, 30)) == "A"
    assert nearest_motion((options[0], "6 cm"), written[0]) is None
    assert nearest_motion((), written[0]) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Answer with one number, in mm.", "mm"),
        ("How many cm are there?\nA. 3", "cm"),
        ("I'm asking how far it is in metres", ""),
        ("Give the volume in cubic cm.", "cubic cm"),
        ("A. 3.5 m\nB. 2 m", "m"),
        ("From A to B", ""),
    ],
)
def test_units_that_a_text_names(text, unit):
    assert unit_in(text) == unit
