"""`spacevista build`: the same files whoever kills it and on however many processes; what is left out is counted."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capture_folders import write_sevenscenes
from spacevista.captures.disk import CAPTURE_FILE, write_capture
from spacevista.captures.record import Capture, MemoryImages
from spacevista.cli import main
from spacevista.commands import build
from spacevista.locks import locked
from spacevista.qa import read_questions
from spacevista.qa.dataset import WORK_FOLDER, assemble, finished, open_jobs, read_manifest, settings_of
from spacevista.qa.shards import Done, Job, make_shard, scene_seed
from spacevista.qa.sources import Source, described_capture, find_captures
from spacevista.scenes.disk import read_scene
from tiny_captures import FRAMES, tiny_capture, write_captures

CAPTURES = 6
KILLS = 4
PATIENCE_S = 120  # of one step on a machine that does much else


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def figures_of(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_captures(tmp_path_factory.mktemp("desks"), CAPTURES)


@pytest.fixture(scope="module")
def undisturbed(captures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("build") / "data"
    assert main(["build", str(captures), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def unassembled(captures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of two captures, all shards made, nothing put together."""
    out = tmp_path_factory.mktemp("shards") / "data"
    sources = find_captures([captures])[:2]
    settings = settings_of(sources, 0, "native", ())
    with locked(out, "build"):
        assert finished(out, settings) is None
        for job in open_jobs(out, sources, settings):
            make_shard(job)
    return out


def test_a_data_set_holds_what_its_manifest_says(undisturbed: Path) -> None:
    manifest = read_manifest(undisturbed)
    questions = read_questions(undisturbed)
    assert [scene.id for scene in manifest.scenes] == [f"desk-{n}" for n in range(CAPTURES)]
    assert [q.scene_id for q in questions] == sorted(q.scene_id for q in questions)
    assert len(questions) == manifest.questions == sum(scene.questions for scene in manifest.scenes) > 0
    assert questions == read_questions(undisturbed / "all.json")
    assert not (undisturbed / WORK_FOLDER).exists()
    assert manifest.left_out == []
    names = {path.name for path in undisturbed.iterdir()}
    assert names == {"questions.parquet", "all.json", "README.md", "manifest.json", "scenes", "frames", "masks"}
    for question in questions:
        assert question.seed == scene_seed(question.scene_id, 0)
        assert all((undisturbed / frame).is_file() for frame in question.frames)


def test_every_candidate_is_a_fact_or_has_a_reason(undisturbed: Path) -> None:
    # Three objects a scene: 3 x 4 sizes, 3 pairs, 3 x 3 comparisons; frames 0 to 4 with those 1, 2 and 4 later:
    # 4 + 3 + 1 pairs of frames with two aspects each.
    manifest = read_manifest(undisturbed)
    expected = {"object_size": 12, "absolute_distance": 3, "size_comparison": 9, "view_change": 16}
    for task, count in expected.items():
        declined = sum(manifest.declines.get(task, {}).values())
        assert manifest.facts.get(task, 0) + declined == CAPTURES * count, task
    assert all(reason for reasons in manifest.declines.values() for reason in reasons)


def test_scenes_and_frames_are_those_of_the_captures(undisturbed: Path) -> None:
    scene = read_scene(undisturbed / "scenes" / "desk-3")
    ids = tiny_capture(3).frames[2].images.ids()
    assert ids is not None
    assert len(scene.frames) == FRAMES == len(list((undisturbed / "frames" / "desk-3").iterdir()))
    assert np.array_equal(scene.frames[2].ids, ids)


def test_two_workers_write_the_same_bytes(captures: Path, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert main(["build", str(captures), "--out", str(out), "--workers", "2"]) == 0
    assert tree(out) == tree(undisturbed)


def test_a_build_killed_at_random_moments_ends_with_the_same_bytes(
    captures: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    rng = np.random.default_rng(5)
    command = [sys.executable, "-m", "spacevista.cli", "build", str(captures), "--out", str(out)]
    killed = 0
    for kill in range(KILLS):
        workers = ["--workers", str(1 + kill % 2)]
        running = subprocess.Popen([*command, *workers], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        until_shards(out, kill, running)
        time.sleep(float(rng.uniform(0, 1.5)))
        running.kill()
        # The pipe closes when the last process that writes to it has ended: no worker outlives a killed build.
        running.communicate(timeout=PATIENCE_S)
        killed += running.returncode == -signal.SIGKILL
    assert killed, "every build ended before it was killed"
    assert subprocess.run(command, check=False, timeout=PATIENCE_S).returncode == 0
    assert tree(out) == tree(undisturbed)


def until_shards(out: Path, count: int, running: subprocess.Popen[bytes]) -> None:
    """Wait until a build has so many shards, or has ended."""
    limit = time.monotonic() + PATIENCE_S
    while running.poll() is None and len(list((out / WORK_FOLDER).glob("??????"))) < count:
        assert time.monotonic() < limit
        time.sleep(0.02)


class KilledError(Exception):
    """Stands for a kill between two steps."""


def test_an_assembly_stopped_before_any_rename_ends_with_the_same_bytes(
    captures: Path, unassembled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(find_captures([captures])[:2], 0, "native", ())
    whole = tmp_path / "whole"
    shutil.copytree(unassembled, whole)
    assemble(whole, settings)
    real, steps = os.replace, 0
    while True:
        out = tmp_path / f"stopped-{steps}"
        shutil.copytree(unassembled, out)
        left = iter(range(steps))

        def replace_or_stop(source: Path, target: Path, left=left) -> None:
            if next(left, None) is None:
                raise KilledError
            real(source, target)

        monkeypatch.setattr(os, "replace", replace_or_stop)
        try:
            assemble(out, settings)
        except KilledError:
            monkeypatch.setattr(os, "replace", real)
            assert finished(out, settings) is None
            assemble(out, settings)
        else:
            break
        assert tree(out) == tree(whole)
        steps += 1
    # Two scenes, their frames, the masks, three files of questions and the card, the manifest.
    assert steps == 4 + 1 + 3 + 1


def test_a_finished_build_is_left_as_it_is(
    captures: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*") if path.is_file()}
    (undisturbed / WORK_FOLDER).mkdir()  # as if the last step had been killed
    assert main(["build", str(captures), "--out", str(undisturbed), "--json"]) == 0
    assert figures_of(capsys)["built"] == CAPTURES
    assert {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*") if path.is_file()} == before
    assert not (undisturbed / WORK_FOLDER).exists()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--seed", "1"], "seed"),
        (["--unit-policy", "free"], "unit_policy"),
        (["--licence", "MIT"], "licences"),
        (["--limit", "2"], "captures"),
    ],
)
def test_other_settings_need_another_folder(
    arguments: list[str], name: str, captures: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", str(captures), "--out", str(undisturbed), *arguments]) == 1
    assert f"expected {name} as in the build that is there" in capsys.readouterr().err


def test_settings_are_held_against_an_unfinished_build_too(
    captures: Path, unassembled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    shutil.copytree(unassembled, out)
    assert main(["build", str(captures), "--limit", "2", "--out", str(out), "--seed", "7"]) == 1
    assert "expected seed as in the build that is there (0), got 7" in capsys.readouterr().err
    assert tree(out) == tree(unassembled)


def test_a_folder_of_something_else_is_not_touched(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert main(["build", str(captures), "--out", str(tmp_path)]) == 1
    assert "expected an empty folder or a build to go on with, got README.md" in capsys.readouterr().err
    assert tree(tmp_path) == {"README.md": b"mine"}


def test_two_builds_do_not_work_in_one_folder(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with locked(tmp_path, "build"):
        assert main(["build", str(captures), "--out", str(tmp_path)]) == 1
    assert "another build is at work there" in capsys.readouterr().err


def without_depth(capture: Capture) -> Capture:
    frames = (replace(f, images=MemoryImages(f.images.color(), None, f.images.ids())) for f in capture.frames)
    return replace(capture, frames=tuple(frames))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one good capture, two with faults, one with another licence and one whose id is there already."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "a-broken").mkdir()
    (folder / "a-broken" / CAPTURE_FILE).write_text('{"version": 1, "id": ')
    write_capture(tiny_capture(0), folder / "b-good")
    write_capture(replace(tiny_capture(1), licence="CC-BY-4.0"), folder / "c-licence")
    write_capture(without_depth(tiny_capture(2)), folder / "d-no-depth")
    write_capture(tiny_capture(0), folder / "e-twin")
    (folder / "f-empty").mkdir()
    return folder


def test_what_is_left_out_is_counted_with_its_reason(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert main(["build", str(mixed), "--out", str(out), "--licence", "CC0-1.0", "--workers", "2", "--json"]) == 0
    figures = figures_of(capsys)
    assert (figures["built"], figures["dropped"], figures["rejected"]) == (1, 1, 4)
    assert figures["dropped_because"] == {"licence CC-BY-4.0": 1}
    manifest = read_manifest(out)
    assert [(scene.id, scene.capture) for scene in manifest.scenes] == [("desk-0", f"{mixed.name}/b-good")]
    left = {left.capture.split("/")[1]: (left.outcome, left.reason) for left in manifest.left_out}
    assert left["c-licence"] == ("dropped", "licence CC-BY-4.0")
    assert left["e-twin"] == ("rejected", f"its id desk-0 is that of {mixed.name}/b-good too")
    for name, part in (
        ("a-broken", "not a capture in our form"),
        ("d-no-depth", "expected at least one frame with depth"),
        ("f-empty", "no capture"),
    ):
        assert left[name][0] == "rejected"
        assert part in left[name][1]
    assert str(mixed) not in (out / "manifest.json").read_text()  # no paths of this machine
    assert {path.name for path in (out / "scenes").iterdir()} == {"desk-0"}


def test_nothing_built_ends_with_1_and_limit_takes_the_first(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert main(["build", str(mixed), "--out", str(out), "--limit", "1", "--json"]) == 1
    figures = figures_of(capsys)
    assert (figures["built"], figures["rejected"], figures["questions"]) == (0, 1, 0)
    assert read_questions(out) == []


def test_time_and_disk_are_estimated_after_the_first_captures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Ten captures of 2 MB each; said once, after the first of them.
    monkeypatch.setattr(build, "made", lambda jobs, workers: iter([Done(True, 1.0, 2_000_000)] * len(jobs)))
    job = Job(Source(Path("desk"), "desk", ""), Path("shard"), 0, "native", ())
    build.make_all([job] * 10, workers=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("estimate: 0.0 minutes more, 20 MB for 10 captures")


def test_captures_are_found_in_folders_and_once(captures: Path, tmp_path: Path) -> None:
    one = captures / "capture-2"
    assert [source.name for source in find_captures([one, captures])][:3] == [
        "capture-2",
        f"{captures.name}/capture-0",
        f"{captures.name}/capture-1",
    ]
    assert len(find_captures([one, captures])) == CAPTURES
    with pytest.raises(ValueError, match="expected a capture or a folder of captures"):
        find_captures([tmp_path])


def test_a_changed_capture_is_another_capture(tmp_path: Path) -> None:
    folder = write_captures(tmp_path, 1) / "capture-0"
    (before,) = find_captures([folder])
    (folder / "frame-000004.color.png").unlink()
    (after,) = find_captures([folder])
    assert (before.name, before.content != after.content) == (after.name, True)


DESCRIPTION = """
id = "{id}"
scale = "tabletop"
licence = "CC0-1.0"
source = "made by a test"
up = [0, -1, 0]
length_sigma = 0.01
color = "frame-{{frame}}.color.png"
depth = {{ files = "frame-{{frame}}.depth.png", unit_m = 0.001, invalid = [65535] }}
intrinsics = {{ fx_px = 30, fy_px = 30, cx_px = 16, cy_px = 12 }}
poses = {{ files = "frame-{{frame}}.pose.txt", direction = "camera_to_world", axes = "opencv" }}
"""


@pytest.fixture
def described(tmp_path: Path) -> list[str]:
    """Two folders of other people's captures and a description of each, as arguments of a build."""
    folders, options = [], []
    for name in ("left", "right"):
        config = tmp_path / f"{name}.toml"
        config.write_text(DESCRIPTION.format(id=f"plate-{name}"))
        folders.append(str(write_sevenscenes(tmp_path / name)))
        options += ["--config", str(config)]
    return [*folders, *options]


def test_captures_are_read_by_their_descriptions_and_left_as_they_are(described: list[str], tmp_path: Path) -> None:
    before = tree(tmp_path)
    assert main(["build", *described, "--out", str(tmp_path / "data")]) == 0
    manifest = read_manifest(tmp_path / "data")
    assert [(scene.id, scene.capture) for scene in manifest.scenes] == [
        ("plate-left", "left by left.toml"),
        ("plate-right", "right by right.toml"),
    ]
    assert {path: content for path, content in tree(tmp_path).items() if not path.startswith("data/")} == before


def test_every_capture_needs_its_own_description(
    described: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", *described[:-2], "--out", str(tmp_path / "data")]) == 2
    assert "--config: expected one for each of 2 captures, got 1" in capsys.readouterr().err


def test_a_wrong_description_ends_the_build_before_it_starts(
    described: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "right.toml").write_text('id = "plate"')
    assert main(["build", *described, "--out", str(tmp_path / "data")]) == 1
    assert "right.toml: Object missing required field" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_changed_description_makes_another_capture(described: list[str], tmp_path: Path) -> None:
    folder, config = tmp_path / "left", tmp_path / "left.toml"
    before = described_capture(folder, config)
    config.write_text(config.read_text().replace("0.01", "0.02"))  # the same length, another content
    assert described_capture(folder, config).content != before.content
