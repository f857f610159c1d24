"""What is sent: which frames, how large, and marks where they point."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bench_releases import bench_entry, write_bench, write_frames, write_mmsi, write_video
from spacevista.evals import spacevista_bench
from spacevista.evals.image_column import ImageColumn
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, Deferred, Frames, Images, MediaError, Sample, Video
from spacevista.media.pictures import resized
from spacevista.media.sampling import uniform, with_marked
from spacevista.qa.marks import RGB
from spacevista.qa.masks import encode_mask
from spacevista.qa.record import Mark


def sample(media, marks=()):
    return Sample("q1", "spacevista_sim", "s", "t", "", "reg", "?", media, tuple(marks), {})


def point(frame, x, y, color="red"):
    return Mark("point", frame, [x, y], "", color, 1)


def reddish(image):
    """Centre (x, y) in pixels, corner at 0, of what is nearer to the red of marks than to grey."""
    picture = np.asarray(image).astype(int)
    red = np.abs(picture - np.array(RGB["red"])).sum(axis=2) < 120
    rows, columns = np.nonzero(red)
    return (columns + 0.5).mean(), (rows + 0.5).mean()


@given(st.integers(1, 5000), st.integers(1, 64))
def test_uniform_sampling(count, wanted):
    chosen = uniform(count, wanted)
    assert len(chosen) == min(count, wanted)
    assert chosen == sorted(set(chosen))
    if wanted > 1:
        assert (chosen[0], chosen[-1]) == (0, count - 1)
        steps = np.diff(chosen)
        assert len(steps) == 0 or steps.max() - steps.min() <= 1


def test_uniform_sampling_is_that_of_the_released_code():
    # numpy's linspace(0, n - 1, k) cut to whole numbers, where k - 1 divides into exact steps and where it does not.
    assert uniform(31, 16) == np.linspace(0, 30, 16, dtype=int).tolist() == list(range(0, 31, 2))
    assert uniform(100, 16) == np.linspace(0, 99, 16, dtype=int).tolist()
    assert uniform(9, 1) == [4]


@given(st.integers(1, 300), st.integers(1, 32), st.data())
def test_marked_frames_are_always_among_those_sent(count, wanted, data):
    marked = data.draw(st.lists(st.integers(0, count - 1), max_size=6))
    chosen = with_marked(uniform(count, wanted), marked)
    assert set(marked) <= set(chosen)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= wanted + len(set(marked))
    assert set(uniform(count, wanted)) <= set(chosen)  # a mark replaces no frame


@pytest.mark.parametrize("edge", [448, 100, None])
def test_a_point_is_drawn_where_it_points_after_resizing(tmp_path, edge):
    write_frames(tmp_path, count=5, size=(640, 480))
    marked = sample(Frames(tmp_path, tuple(f"{i}.png" for i in range(5))), [point(3, 400.0, 120.0)])
    opened = open_media(marked, Budget(frames=2, longest_edge_px=edge))
    assert opened.indices == (0, 3, 4)
    width = opened.images[1].width
    assert width == (edge or 640)
    x, y = reddish(opened.images[1])
    assert (x, y) == (pytest.approx(400 * width / 640, abs=1.0), pytest.approx(120 * width / 640, abs=1.0))
    for unmarked in (opened.images[0], opened.images[2]):
        assert len(np.unique(np.asarray(unmarked))) == 1  # one grey


def test_lines_are_as_wide_on_the_frames_of_a_large_camera(tmp_path):
    # The same box on frames of 640 and 6400 pixels looks the same once both are sent at 448.
    seen = []
    for name, k in (("small", 1), ("large", 10)):
        (tmp_path / name).mkdir()
        Image.new("RGB", (640 * k, 480 * k), (60, 60, 60)).save(tmp_path / name / "0.png")
        box = Mark("box", 0, [100.0 * k, 80.0 * k, 300.0 * k, 240.0 * k], "", "red", 1)
        seen.append(open_media(sample(Frames(tmp_path / name, ("0.png",)), [box]), Budget()).images[0])
    assert np.array_equal(*map(np.asarray, seen))


def test_a_mask_is_drawn_on_its_pixels_after_resizing(tmp_path):
    write_frames(tmp_path, count=1, size=(640, 480))
    mask = np.zeros((480, 640), dtype=bool)
    mask[160:320, 320:480] = True
    marked = sample(Frames(tmp_path, ("0.png",)), [Mark("mask", 0, [], encode_mask(mask), "red", 1)])
    (image,) = open_media(marked, Budget(longest_edge_px=320)).images
    rows, columns = np.nonzero(np.asarray(image)[:, :, 0])
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (160, 240, 80, 160)


def test_marks_of_a_resized_copy_of_the_frames_are_refused(tmp_path):
    write_frames(tmp_path, count=1, size=(320, 240))
    mask = encode_mask(np.ones((480, 640), dtype=bool))
    for mark in (Mark("mask", 0, [], mask, "red", 1), point(0, 400.0, 100.0), point(7, 1.0, 1.0)):
        with pytest.raises(MediaError, match="q1: expected") as caught:
            open_media(sample(Frames(tmp_path, ("0.png",)), [mark]), Budget())
        assert caught.value.sample_id == "q1"


def test_small_pictures_are_not_made_larger():
    picture = Image.new("RGB", (300, 20))
    assert resized(picture, 448) is picture
    assert resized(picture, 100).size == (100, 7)  # 20 / 3 = 6.67
    assert resized(Image.new("RGB", (5000, 1)), 448).size == (448, 1)


def test_orientation_tags_are_not_applied_and_clear_pixels_are_white(tmp_path):
    turned = Image.new("RGB", (40, 20))
    exif = turned.getexif()
    exif[0x0112] = 6  # "turn by 90 degrees to show"
    turned.save(tmp_path / "0.jpg", exif=exif)
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "1.png")
    opened = open_media(sample(Frames(tmp_path, ("0.jpg", "1.png"))), Budget())
    assert opened.images[0].size == (40, 20)
    assert opened.images[1].getpixel((3, 3)) == (255, 255, 255)


def test_frames_of_a_video_are_those_of_their_time(tmp_path):
    write_video(tmp_path / "a.mp4", frames=40, rate=10)
    opened = open_media(sample(Video(tmp_path, "a.mp4"), [point(25, 30.0, 20.0)]), Budget(frames=14))
    assert opened.indices == (0, 3, 6, 9, 12, 15, 18, 21, 24, 25, 27, 30, 33, 36, 39)
    assert opened.timestamps_s == pytest.approx([i / 10 for i in opened.indices])
    corners = [image.getpixel((2, 40))[0] for image in opened.images]
    assert corners == pytest.approx([5 * i for i in opened.indices], abs=3)
    x, y = reddish(opened.images[9])
    assert (x, y) == (pytest.approx(30, abs=1), pytest.approx(20, abs=1))


def test_a_part_of_a_video_that_is_not_there(tmp_path):
    write_video(tmp_path / "a.mp4", frames=40, rate=10)
    with pytest.raises(MediaError, match=r"q1: a.mp4: expected frames from 5 s to 6 s, got a video of 3.9 s"):
        open_media(sample(Video(tmp_path, "a.mp4", 5.0, 6.0)), Budget())


def test_deferred_frames_bring_their_marks(tmp_path):
    write_frames(tmp_path, count=3, size=(64, 48))
    made = Frames(tmp_path, ("0.png", "1.png", "2.png")), (point(1, 30.0, 20.0),)
    opened = open_media(sample(Deferred(lambda: made)), Budget(frames=2))
    assert opened.indices == (0, 1, 2)
    assert reddish(opened.images[1]) == (pytest.approx(30, abs=1), pytest.approx(20, abs=1))


class Column:
    def __init__(self, *pictures):
        self.pictures = pictures

    def encoded(self, row):
        return self.pictures


@pytest.mark.parametrize("pictures", [(), (b"",), (b"\x89PNG\r\n\x1a\nrest",), (b"GIF89a" + b"\0" * 20,)])
def test_pictures_of_a_row_that_are_none(pictures):
    with pytest.raises(MediaError, match="q1: "):
        open_media(sample(Images(Column(*pictures), 0)), Budget())


def png_header(width, height):
    """The start of a PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")))
    parts = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def broken_files(folder):
    """Files that are no pictures or videos in as many ways, and what the error says."""
    write_frames(folder, count=1)
    whole = (folder / "0.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "huge.png").write_bytes(png_header(50_000, 20_000))  # 10^9 pixels
    (folder / "large.png").write_bytes(png_header(10_000, 10_000))  # over our limit, under Pillow's
    (folder / "text.png").write_text("not a picture")
    (folder / "out.png").symlink_to("/etc/hostname")
    write_video(folder / "whole.mp4", movflags="faststart")
    data = (folder / "whole.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(data[: len(data) * 2 // 3])
    (folder / "head.mp4").write_bytes(data[:200])
    bad = bytearray(data)
    bad[-400:-100] = b"\xff" * 300  # in the pictures, which stand last
    (folder / "bad.mp4").write_bytes(bytes(bad))
    (folder / "playlist.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nwhole.mp4\n#EXT-X-ENDLIST\n")
    return {
        "cut.png": "damaged",
        "empty.png": "expected 1 to",
        "huge.png": "exceeds limit",
        "large.png": "expected 1 to 64000000 pixels, got 10000 x 10000",
        "text.png": "damaged",
        "out.png": "a link that leaves it",
        "../x.png": "without ..",
        "/etc/x.png": "leading /",
        "x.pkl": "pickle",
        "none.png": "missing",
        "cut.mp4": "a file that ends after",
        "head.mp4": "expected a video",
        "bad.mp4": "damaged",
        "playlist.mp4": "damaged or unknown",
        "none.mp4": "missing",
    }


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_broken_files_are_named_with_the_question(tmp_path):
    for path, said in broken_files(tmp_path).items():
        media = Video(tmp_path, path) if path.endswith(".mp4") else Frames(tmp_path, (path,))
        with pytest.raises(MediaError) as caught:
            open_media(sample(media), Budget(frames=40))
        assert caught.value.sample_id == "q1"
        assert said in caught.value.reason, (path, caught.value.reason)


def test_a_frame_that_is_not_sent_may_be_broken(tmp_path):
    write_frames(tmp_path, count=5)
    (tmp_path / "1.png").write_bytes(b"")
    assert open_media(sample(Frames(tmp_path, tuple(f"{i}.png" for i in range(5)))), Budget(frames=3)).indices == (
        0,
        2,
        4,
    )


def test_marks_from_the_released_file_to_the_picture(tmp_path):
    """From JSON with full-size coordinates to the pixel in the picture that is sent."""
    notes = {"points": [{"coords": [500, 100], "image_index": 14, "color": None}]}
    write_bench(tmp_path, [bench_entry(1, input_type="image_point_text", annotations=notes)])
    (read,) = spacevista_bench.read(tmp_path).samples
    opened = open_media(read, Budget(frames=16, longest_edge_px=448))
    assert opened.indices[11:14] == (13, 14, 15)  # floor(19 i / 15) never is 14
    assert len(opened.images) == 17
    x, y = reddish(opened.images[opened.indices.index(14)])
    # 448 / 640 = 0.7: (500, 100) becomes (350, 70).
    assert (x, y) == (pytest.approx(350, abs=1), pytest.approx(70, abs=1))


@pytest.mark.parametrize("order", [range(20), range(19, -1, -1), (0, 12, 11, 19, 5, 13)])
def test_pictures_of_rows_are_read_in_any_order_across_row_groups(order, tmp_path):
    # Groups of 12 and 8 rows; the red of both pictures of row i is 10 i.
    write_mmsi(tmp_path)
    column = ImageColumn(tmp_path / "MMSI_Bench.parquet", "images")
    for row in order:
        first, _ = column.encoded(row)
        assert Image.open(io.BytesIO(first)).getpixel((0, 0)) == (10 * row, 0, 0)
