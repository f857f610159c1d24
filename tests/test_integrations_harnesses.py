"""SpaceVista-Bench in lmms-eval and VLMEvalKit: our side on made-up questions, and inside the harnesses themselves.

The harnesses bring torch and much else, so they live in environments of their own: SPACEVISTA_LMMS_EVAL_PYTHON and
SPACEVISTA_VLMEVALKIT_PYTHON name a Python executable that has the harness and this package. Unset, those tests skip.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from integration_files import INTEGRATIONS, module_at, small_bench
from spacevista.errors import DatasetError
from spacevista.evals.records import Budget, MediaError

TASK = INTEGRATIONS / "lmms_eval" / "spacevista_bench" / "spacevista_bench.yaml"
# One answer that only the strict parser reads, one 8 % off (MRA 0.9: within 10 %, not within 5 %), one wrong.
REPLIES = {
    "0": "<answer>The answer is (B).</answer>",
    "1": "<think>20?</think><answer>21.6</answer>",
    "2": "<answer>right</answer>",
}
OFFICIAL, STRICT = (0 + 0.9 + 0) / 3, (1 + 0.9 + 0) / 3


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_bench(tmp_path)
    monkeypatch.setenv("SPACEVISTA_BENCH", str(tmp_path))
    return tmp_path


def red_pixels(image: Image.Image) -> int:
    return sum(count for count, (r, g, b) in image.getcolors(1 << 20) if r > 150 and g < 100 and b < 100)  # type: ignore


class _Function(str):
    """The name after !function."""


def task_file() -> dict[str, Any]:
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_constructor("!function", lambda loader, node: _Function(loader.construct_scalar(node)))
    loaded: dict[str, Any] = yaml.load(TASK.read_text(), Loader=loader)  # a safe loader with one more tag
    return loaded


def functions(value: object) -> set[str]:
    if isinstance(value, _Function):
        return {str(value)}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for part in parts for name in functions(part)}


# lmms-eval


def test_the_task_file_names_functions_and_files_that_are_there() -> None:
    task, utils = task_file(), module_at("lmms_eval/spacevista_bench/utils.py")
    for name in functions(task):
        module, function = name.split(".")
        assert module == "utils"
        assert callable(getattr(utils, function))
    start = TASK.parent / task["dataset_kwargs"]["data_files"]["test"]
    assert len(start.read_text().splitlines()) == 1
    assert task["test_split"] == "test"


def test_a_question_becomes_a_document_and_its_frames(bench: Path) -> None:
    utils = module_at("lmms_eval/spacevista_bench/utils.py")
    found = utils.benchmark(bench)
    docs = [utils.doc_of(sample) for sample in found.samples]
    assert [doc["id"] for doc in docs] == ["0", "1", "2"]
    assert all(type(value) is str for doc in docs for value in doc.values())
    settings = task_file()["lmms_eval_specific_kwargs"]["default"]
    assert utils.doc_to_text(docs[0], settings).startswith("How many cups are there?\n")
    assert utils.doc_to_text(docs[0], {"pre_prompt": "Look. ", "post_prompt": " Go."})[:10] == "Look. How "
    images = utils.doc_to_visual(docs[0], settings)
    assert len(images) == 16
    assert {image.size for image in images} == {(448, 336)}
    assert not any(red_pixels(image) for image in images)
    # Four of twenty frames, and frame 7 with the mark, which is none of 0, 6, 12, 19, or takes its place among them.
    marked = utils.doc_to_visual(docs[1], {"frames": 4, "longest_edge_px": 320})
    assert len(marked) in (4, 5)
    assert sum(red_pixels(image) > 0 for image in marked) == 1


def test_results_are_averaged_as_the_benchmark_does(bench: Path) -> None:
    utils = module_at("lmms_eval/spacevista_bench/utils.py")
    docs = [utils.doc_of(sample) for sample in utils.benchmark(bench).samples]
    items: dict[str, list[Any]] = {}
    for doc in docs:
        for metric, item in utils.process_results(doc, [REPLIES[doc["id"]]]).items():
            items.setdefault(metric, []).append(item)
    listed = {metric["metric"]: metric["aggregation"].split(".")[1] for metric in task_file()["metric_list"]}
    assert set(items) <= set(listed)
    found = {metric: getattr(utils, listed[metric])(values) for metric, values in items.items()}
    assert found == pytest.approx(
        {
            "overall": OFFICIAL,
            "overall_strict": STRICT,
            "multiple_choice": 0,
            "numerical": 0.9,
            "text": 0,
            "tiny_tabletop": 0.9,
            "tabletop": 0,
            "indoor": 0,
            "unscored": 1,
        }
    )
    assert {item["scene_id"] for item in items["overall"]} == {"frames/scene_a"}


def test_a_folder_that_is_not_named_or_a_frame_that_is_gone(bench: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    utils = module_at("lmms_eval/spacevista_bench/utils.py")
    doc = utils.doc_of(utils.benchmark(bench).samples[0])
    (bench / "frames" / "scene_a" / "0.png").unlink()
    with pytest.raises(MediaError, match=r"^0: .*0\.png"):
        utils.doc_to_visual(doc)
    monkeypatch.delenv("SPACEVISTA_BENCH")
    with pytest.raises(DatasetError, match="expected SPACEVISTA_BENCH to name the folder"):
        utils.doc_to_visual(doc)


# VLMEvalKit


def test_questions_frames_and_scores_for_vlmevalkit(bench: Path, tmp_path: Path) -> None:
    ours = module_at("vlmevalkit/spacevista_bench.py")
    found = ours.Bench(ours.bench_folder())
    assert [row["index"] for row in found.rows()] == ["0", "1", "2"]
    paths = found.pictures("1", tmp_path / "images", Budget(4, 320))
    pictures = [Image.open(path) for path in paths]
    assert {picture.size for picture in pictures} == {(320, 240)}
    assert sum(red_pixels(picture) > 0 for picture in pictures) == 1
    written = [Path(path).stat().st_mtime_ns for path in paths]
    assert found.pictures("1", tmp_path / "images", Budget(4, 320)) == paths
    assert [Path(path).stat().st_mtime_ns for path in paths] == written  # not made again
    scores = found.scores(ours.answers({"index": int(key), "prediction": text} for key, text in REPLIES.items()))
    assert scores["overall"] == pytest.approx(OFFICIAL)
    assert scores["strict|overall"] == pytest.approx(STRICT)
    assert (scores["unscored"], scores["numerical"], scores["TinyTabletop"], scores["HEIGHT"]) == (1, 0.9, 0.9, 0.9)


@pytest.mark.parametrize("nothing", [None, float("nan"), "Failed to obtain answer via API."])
def test_questions_without_an_answer_are_unscored(bench: Path, nothing: object) -> None:
    ours = module_at("vlmevalkit/spacevista_bench.py")
    scores = ours.Bench(bench).scores({"0": "B", "1": nothing})
    assert scores["unscored"] == 3  # one without an answer, one not asked, one that cannot be asked
    assert scores["overall"] == 1.0
    assert scores["numerical"] is None


def test_a_picture_folder_left_unfinished_is_made_again(bench: Path, tmp_path: Path) -> None:
    ours = module_at("vlmevalkit/spacevista_bench.py")
    found = ours.Bench(bench)
    paths = found.pictures("0", tmp_path / "images", Budget(2, 64))
    Path(paths[0]).write_bytes(b"")
    (Path(paths[0]).parent / "done").unlink()
    assert [Image.open(path).size for path in found.pictures("0", tmp_path / "images", Budget(2, 64))] == [(64, 48)] * 2


# Inside the harnesses


@pytest.fixture
def inside(bench: Path) -> Callable[[str, str], dict[str, Any]]:
    def run(variable: str, script: str) -> dict[str, Any]:
        python = os.environ.get(variable)
        if not python:
            pytest.skip(f"{variable} names no Python with the harness")
        assert Path(python).is_file(), f"{variable}: expected a Python executable, got {python}"
        given = {"replies": REPLIES, "integrations": str(INTEGRATIONS), "work": str(bench / "work")}
        offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(bench / "hf"), "LMUData": str(bench)}
        done = subprocess.run(
            [python, "-c", script, json.dumps(given)], env={**os.environ, **offline}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    return run


IN_LMMS_EVAL = """
import json, sys
from lmms_eval.api.model import lmms
from lmms_eval.evaluator import simple_evaluate
from lmms_eval.tasks import TaskManager

given = json.loads(sys.argv[1])

class Replies(lmms):
    def __init__(self, chat):
        super().__init__()
        self.is_simple, self.seen = not chat, []
    def loglikelihood(self, requests): raise NotImplementedError
    def generate_until_multi_round(self, requests): raise NotImplementedError
    def generate_until(self, requests):
        answers = []
        for request in requests:
            if self.is_simple:
                text, settings, to_visual, number, task, split = request.args
                doc = self.task_dict[task][split][number]
                self.seen.append([text, len(to_visual(doc))])
            else:
                text, to_messages, settings, number, task, split = request.args
                doc = self.task_dict[task][split][number]
                (message,) = to_messages(doc)
                *frames, asked = message["content"]
                self.seen.append([asked["text"], sum(frame["type"] == "image" for frame in frames)])
            answers.append(given["replies"][doc["id"]])
        return answers

found = {}
for kind in ("simple", "chat"):
    manager = TaskManager(include_path=given["integrations"] + "/lmms_eval", include_defaults=False)
    assert manager.all_subtasks == ["spacevista_bench"], manager.all_subtasks
    model = Replies(kind == "chat")
    results = simple_evaluate(model=model, tasks=["spacevista_bench"], task_manager=manager)
    found[kind] = {"results": results["results"]["spacevista_bench"], "seen": model.seen}
print(json.dumps(found, default=str))
"""


def test_inside_lmms_eval(inside: Callable[[str, str], dict[str, Any]]) -> None:
    for found in inside("SPACEVISTA_LMMS_EVAL_PYTHON", IN_LMMS_EVAL).values():
        means = {name.split(",")[0]: value for name, value in found["results"].items()}
        assert means["overall"] == pytest.approx(OFFICIAL)
        assert means["overall_strict"] == pytest.approx(STRICT)
        assert (means["numerical"], means["tiny_tabletop"], means["unscored"]) == (0.9, 0.9, 1)
        assert found["seen"][0][1] == 16
        assert found["seen"][0][0].startswith("How many cups are there?\n")


IN_VLMEVALKIT = """
import json, sys
given = json.loads(sys.argv[1])
sys.path.insert(0, given["integrations"] + "/vlmevalkit")
from pathlib import Path
from spacevista_dataset import NAME, register
register(), register()
from vlmeval.dataset import DATASET_MODALITY, DATASET_TYPE, SUPPORTED_DATASETS, build_dataset
from vlmeval.inference import infer_data_job

class Replies:
    is_api = False
    seen = []
    def set_dump_image(self, function): self.dump_image = function
    def generate(self, message, dataset=None):
        self.seen.append([message[-1]["value"], sum(part["type"] == "image" for part in message)])
        assert all(Path(part["value"]).is_file() for part in message[:-1])
        return given["replies"][str(len(self.seen) - 1)]

dataset, model, work = build_dataset(NAME), Replies(), Path(given["work"])
work.mkdir()
infer_data_job(model, work_dir=str(work), model_name="replies", dataset=dataset)
(predictions,) = work.glob(f"replies_{NAME}.xlsx")
scores = dataset.evaluate(str(predictions))
saved = json.loads((work / f"replies_{NAME}_score.json").read_text())
known = {"listed": SUPPORTED_DATASETS.count(NAME), "type": DATASET_TYPE(NAME), "modality": DATASET_MODALITY(NAME)}
primary = dataset.report_primary_metric(scores)
print(json.dumps({"scores": scores, "saved": saved, "seen": model.seen, "primary": primary, **known}))
"""


def test_inside_vlmevalkit(inside: Callable[[str, str], dict[str, Any]]) -> None:
    found = inside("SPACEVISTA_VLMEVALKIT_PYTHON", IN_VLMEVALKIT)
    assert found["scores"]["overall"] == pytest.approx(OFFICIAL)
    assert found["scores"]["strict|overall"] == pytest.approx(STRICT)
    assert found["scores"]["unscored"] == 1
    assert found["saved"] == found["scores"]
    assert found["seen"][0][1] == 16
    assert found["seen"][0][0].startswith("How many cups are there?\n")
    assert found["primary"] == {"overall": pytest.approx(OFFICIAL)}
    assert (found["listed"], found["type"], found["modality"]) == (1, "VQA", "IMAGE")
