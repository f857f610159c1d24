"""A question about a posed capture, answered by measuring, without any model.

The question is read by the grammar, its objects are found in the annotated scene, the task's own function measures the
candidate. Where the task declines, or the question cannot be pinned down, there is a refusal that says what would help.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spacevista.annotate.annotate import annotate
from spacevista.annotate.keyframes import MOST, key_frames
from spacevista.annotate.segment import with_objects
from spacevista.ask.grammar import read
from spacevista.ask.measure import Asked, asked_of, known_bounds, measured
from spacevista.ask.picks import check_mark, inventory
from spacevista.ask.record import Answered, MarkError, Place, Reading, Refusal, RefusedError
from spacevista.ask.words import answer_text, bounds_part, declines, parts_of, understood, unit_of, why_wide
from spacevista.captures.frame_files import FileImages
from spacevista.captures.kitti_object import KittiImages
from spacevista.captures.open import READERS, open_capture
from spacevista.captures.pinhole import ResampledImages
from spacevista.captures.record import Capture, Frame
from spacevista.captures.registered import RegisteredImages
from spacevista.errors import CaptureError, SpacevistaError
from spacevista.qa.evidence import evidence_of
from spacevista.qa.record import Mark
from spacevista.qa.shards import UNUSABLE
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Decline, Fact

NOT_UNDERSTOOD = "the question is not one of those that can be measured"
KINDS = (
    "ask for a size (how tall, how wide, how long is X), which of two is taller, wider or larger, the distance between "
    "two, which is closest to X, how far X is from the camera (in frame N), or how the camera moved (between frames N "
    "and M)",
    "ask a model: --model FOLDER",
)
NO_POSES = "this folder is no posed capture that a reader knows"
NEEDS_POSES = (
    "describe its depth, poses and intrinsics in a capture.toml (docs/captures.md)",
    "pictures alone have no scale: put a ruler or a tag of known size in view when they are posed",
    "ask a model: --model FOLDER",
)
NO_DEPTH = "no scale: the capture has no depth, and nothing metric can be measured"
NEEDS_DEPTH = (
    "record depth, or add depth maps ([depth] in capture.toml)",
    "put a ruler or a tag of known size in view, and scale reconstructed depth and poses by it",
    "ask a model: --model FOLDER",
)


@dataclass(frozen=True, eq=False)
class Asking:
    """What was asked and what came of it; capture and scene are None where it did not come so far.

    Attributes:
        home: from frame numbers of the capture to those of the scene.
    """

    outcome: Answered | Refusal
    marks: tuple[Mark, ...] = ()
    capture: Capture | None = None
    scene: Scene | None = None
    home: dict[int, int] | None = None


def ask_capture(path: Path, config: Path | None, question: str, marks: Sequence[Mark]) -> Asking:
    """Answer a question about the capture in the folder `path`.

    Args:
        config: its capture.toml, where the folder has none.
        marks: with frame numbers of the capture, pixels of its frames.

    Raises:
        CaptureError: the capture is damaged.
        MarkError: a mark is on no frame that there is, or not within it.
    """
    if config is None and path.is_dir() and not any(recognises(path) for _, recognises, _ in READERS):
        return Asking(Refusal(NO_POSES, "", "", NEEDS_POSES))
    return ask_of(open_capture(path, config), question, marks)


def ask_of(capture: Capture, question: str, marks: Sequence[Mark]) -> Asking:
    """Answer a question about a capture; errors as in `ask_capture`."""
    check_marks(capture.frames, marks)
    reading = read(question)
    if reading is None:
        return Asking(Refusal(NOT_UNDERSTOOD, "", _listed(capture), KINDS), tuple(marks), capture)
    if outside := [number for number in reading.frames if number >= len(capture.frames)]:
        reason = f"there is no frame {outside[0]}"
        return Asking(
            Refusal(reason, _read_as(reading), _listed(capture), (f"frames are 0 to {len(capture.frames) - 1}",))
        )
    if all(frame.images.depth_m() is None for frame in capture.frames):
        return Asking(Refusal(NO_DEPTH, _read_as(reading), _listed(capture), NEEDS_DEPTH), tuple(marks), capture)
    try:
        scene = _annotated(keeping(capture, {*reading.frames, *(mark.frame_index for mark in marks)}))
    except CaptureError as error:  # no frame is usable, or nothing shows which way is up
        help = ("ask what could be dropped and why: spacevista doctor",)
        return Asking(Refusal(str(error), _read_as(reading), _listed(capture), help), tuple(marks), capture)
    numbers = {frame.name: number for number, frame in enumerate(capture.frames)}
    home = {numbers[frame.name]: number for number, frame in enumerate(scene.frames)}
    outcome = answer_in(scene, capture.frames, reading, tuple(marks), home)
    return Asking(outcome, tuple(marks), capture, scene, home)


def answer_in(
    scene: Scene, frames: Sequence[Frame], reading: Reading, marks: tuple[Mark, ...], home: dict[int, int]
) -> Answered | Refusal:
    """Answer a question that was read, in an annotated scene of the capture with these frames."""
    try:
        asked = asked_of(scene, reading, marks, home)
    except RefusedError as refused:
        return Refusal(refused.reason, _read_as(reading), inventory(scene), refused.help)
    back = {at: number for number, at in home.items()}
    words = understood(reading, asked, [f"frame {back[number]}" for number in asked.candidate.frames])
    unit = unit_of(reading, scene.scale)
    found = measured(scene, asked)
    if isinstance(found, Decline):
        return _declined(scene, asked, found, words, unit)
    return Answered(
        understood=words,
        text=answer_text(reading, asked, found, unit),
        parts=parts_of(found, asked, unit),
        frames=tuple((back[n], path_of(frames[back[n]])) for n in _frames_used(scene, found)),
        places=tuple(_places(scene, asked, found, back)),
        picks=asked.picks,
        fact=found,
    )


def keeping(capture: Capture, wanted: set[int]) -> Capture:
    """Return a capture of at most as many frames as the annotation uses, the wanted ones among them."""
    if len(capture.frames) <= MOST or not wanted:
        return capture
    chosen = {*key_frames(capture.frames, MOST - len(wanted)), *wanted}
    return replace(capture, frames=tuple(capture.frames[number] for number in sorted(chosen)))


def _annotated(capture: Capture) -> Scene:
    try:
        return annotate(with_objects(capture))
    except SpacevistaError:
        raise
    except UNUSABLE as error:
        raise SpacevistaError(f"capture {capture.id}: cannot be annotated: {type(error).__name__}: {error}") from error


def check_marks(frames: Sequence[Frame], marks: Sequence[Mark]) -> None:
    """Raise MarkError unless every mark lies on one of the frames."""
    for mark in marks:
        if not 0 <= mark.frame_index < len(frames):
            raise MarkError(f"--{mark.kind}: expected a frame of 0 to {len(frames) - 1}, got {mark.frame_index}")
        camera = frames[mark.frame_index].camera
        check_mark(mark, (camera.width_px, camera.height_px))


def path_of(frame: Frame) -> str:
    """Return the path of a frame's picture within its capture, or its name where it lies in memory."""
    images = frame.images
    if isinstance(images, FileImages | KittiImages | ResampledImages | RegisteredImages):
        return images.color_file.name
    return frame.name


def _declined(scene: Scene, asked: Asked, found: Decline, words: str, unit: str) -> Refusal:
    said = declines()[found.reason]
    if found.reason != "interval too wide":
        return Refusal(said.says, words, inventory(scene), said.help)
    bounds = known_bounds(scene, asked)
    parts = () if bounds is None else (bounds_part(bounds, unit),)
    return Refusal(said.says, words, inventory(scene), why_wide(scene, found.candidate.task, bounds), parts)


def _frames_used(scene: Scene, fact: Fact) -> list[int]:
    """Return the candidate's frames; of a fact about whole objects, those that show one of them."""
    if fact.candidate.frames:
        return sorted(set(fact.candidate.frames))
    objects = fact.candidate.objects
    return sorted({view.frame_index for thing in scene.objects if thing.id in objects for view in thing.views})


def _places(scene: Scene, asked: Asked, fact: Fact, back: dict[int, int]) -> list[Place]:
    """Return the stretches of the evidence in the question's words and frame numbers."""
    labels = [pick.label for pick in asked.picks]
    frames = [f"frame {back[number]}" for number in fact.candidate.frames]
    match fact.candidate.task:
        case "object_size" | "size_comparison":
            what = "in the middle" if fact.candidate.aspect == "volume" else f"{fact.candidate.aspect} of what was seen"
            labels = [f"{label}, {what}" for label in labels]
        case "absolute_distance" | "relative_distance":
            labels = [f"{labels[0]} to {other}" for other in labels[1:]]
        case "depth_estimation" if len(frames) == len(labels):
            labels = [f"{label}, seen from {frame}" for label, frame in zip(labels, frames, strict=True)]
        case "view_change":
            labels = [f"camera of {frames[0]} to camera of {frames[1]}"]
    stretches = [stretch for stretch in evidence_of(scene, fact) if stretch.label]
    return [Place(label, stretch.ends_m) for label, stretch in zip(labels, stretches, strict=True)]


def _read_as(reading: Reading) -> str:
    task = reading.task.replace("_", " ")
    aspect = reading.aspect.replace("_", " ")
    objects = f" of: {', '.join(reading.phrases)}" if reading.phrases else ""
    frames = f", frames {', '.join(map(str, reading.frames))}" if reading.frames else ""
    return f"{task} ({aspect}){objects}{frames}"


def _listed(capture: Capture) -> str:
    names = ", ".join(sorted(set(capture.categories.values()))) or "no named objects"
    return f"{len(capture.frames)} frames; {names}"
