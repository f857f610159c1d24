"""Small benchmarks in the layouts in which they were released, written by the tests that read them."""

import io
import json

import av
import pyarrow as pa
from PIL import Image
from pyarrow import parquet as pq


def encoded(size=(64, 48), color=(90, 90, 90), suffix="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, suffix)
    return stream.getvalue()


def write_video(path, frames=40, rate=10, size=(64, 48), **container):
    """An mp4 whose frame i is grey of brightness 5 i, with a key frame every 12 frames and B-frames between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options=container) as file:
        stream = file.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"g": "12", "bf": "2", "crf": "10"}
        for i in range(frames):
            for packet in stream.encode(av.VideoFrame.from_image(Image.new("RGB", size, (5 * i,) * 3))):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)


def write_frames(folder, count=20, size=(64, 48), suffix="png"):
    """Frames 0.png, 1.png, ... (no leading zeros), frame i grey of brightness 5 i."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.new("RGB", size, (5 * i,) * 3).save(folder / f"{i}.{suffix}")


VSI_ROWS = [
    {
        "id": 0,
        "dataset": "arkitscenes",
        "scene_name": "41069025",
        "question_type": "object_counting",
        "question": "How many table(s) are in this room?",
        "ground_truth": "4",
        "options": None,
    },
    {
        "id": 1,
        "dataset": "scannet",
        "scene_name": "scene0011_00",
        "question_type": "object_rel_distance",
        "question": "Which of these objects is the closest to the stove?",
        "ground_truth": "B",
        "options": ["A. table", "B. sofa", "C. door", "D. sink"],
    },
]


def write_vsi(root, rows=VSI_ROWS):
    root.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), root / "test-00000-of-00001.parquet")
    for row in rows:
        write_video(root / row["dataset"] / f"{row['scene_name']}.mp4")


STI_ROWS = [
    {
        "Video": "scene0025_00.mp4",
        "Source": "ScanNet",
        "Task": "Dimensional Measurement",
        "QType": "dim",
        "Question": "What are the height and width of the chair?",
        "Prompt": "",
        "time_start": 1.0,
        "time_end": 2.5,
        "Candidates": json.dumps({letter: f"{i} m" for i, letter in enumerate("ABCDE")}),
        "Answer": "E",
        "Answer Detail": "",
        "ID": 7,
        "Scene": "indoor",
    }
]


def write_sti(root, rows=STI_ROWS, frames=True):
    root.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), root / "qa.parquet")
    for row in rows:
        if frames:
            write_frames(root / "frames" / f"{row['ID']:06d}")
        else:
            write_video(root / "video" / row["Video"])


MMSI_ROWS = [
    {
        "id": i,
        "images": [encoded(color=(10 * i, 0, 0)), encoded(color=(10 * i, 0, 255), suffix="JPEG")],
        "question_type": "Positional Relationship (Cam.–Obj.)",
        "question": "Where is the lamp?\nOptions: A: Left, B: Right, C: Behind, D: In front",
        "answer": "C",
        "thought": "",
    }
    for i in range(20)
]


def write_mmsi(root, rows=MMSI_ROWS):
    root.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), root / "MMSI_Bench.parquet", row_group_size=12)


def spar_row(i, task, answer, path=None):
    kind = "fill" if "prediction" in task or task == "view_change_infer" else "select"
    return {
        "id": i,
        "image": [{"bytes": encoded(color=(10 * i, 0, 0)), "path": path}],
        "question": f"Question {i}.",
        "answer": answer,
        "task": task,
        "img_type": "multi_view" if task.endswith("_mv") else "single_view",
        "format_type": kind,
        "source": "scannet",
    }


SPAR_ROWS = [
    spar_row(0, "depth_prediction_oc", "0.9", "scannet_scene0050_00_12.jpg"),
    spar_row(1, "position_matching", "B"),
    spar_row(2, "view_change_infer", "move_right:0.3,rotate_left:20"),
    spar_row(3, "spatial_imagination_oo", "left"),
]


def write_spar(root, rows=SPAR_ROWS):
    (root / "data").mkdir(parents=True, exist_ok=True)
    for part in range(2):
        table = pa.Table.from_pylist(rows[part::2])
        pq.write_table(table, root / "data" / f"test-0000{part}-of-00002.parquet")


def bench_entry(number, **changes):
    """An entry about 20 frames of 640 x 480 in frames/scene_a."""
    return {
        "id": number,
        "input_type": "image_text",
        "category": "Indoor",
        "scale": "m",
        "original_type": "OBJECT_COUNTING",
        "question": "How many cups are there?",
        "answer": "3",
        "videos": [[f"./frames/scene_a/{i}.png" for i in range(20)]],
        "annotations": {"points": None, "bboxes": None, "masks": None, "dual_bbox": None},
        "metadata": {"scene_source": "x", "original_id": str(number)},
    } | changes


def write_bench(root, entries, size=(640, 480)):
    write_frames(root / "frames" / "scene_a", size=size)
    (root / "bench_final.json").write_text(json.dumps(entries))


PARQUET_ROWS = [
    {
        "Question Number": 1,
        "Scene Source": "self",
        "Frames Path": "bridge_01",
        "Question": "Is there a tree left of the bridge?",
        "Question Type": "multiple choice",
        "options": ["A. Yes", "B. No"],
        "Answer": "A",
        "TaskType": "EXISTENCE",
    },
    {
        "Question Number": 2,
        "Scene Source": "self",
        "Frames Path": "bridge_01",
        "Question": "How high is the bridge in metres?",
        "Question Type": "regression",
        "options": None,
        "Answer": "12.5",
        "TaskType": "HEIGHT",
    },
]


def write_parquet_bench(root, rows=PARQUET_ROWS):
    write_frames(root / "frames" / "bridge_01")
    pq.write_table(pa.Table.from_pylist(rows), root / "bench.parquet")
