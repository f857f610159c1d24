"""Any byte of any file in a known layout may be wrong: the result is a capture or an error of ours."""

import contextlib

import numpy as np
import pytest

from reader_folders import write_scannet, write_transforms, write_tum
from spacevista.captures.doctor import examine
from spacevista.captures.open import open_capture
from spacevista.errors import CaptureError
from tiny_captures import tiny_capture

TRUTH = tiny_capture(1, width_px=32)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("write", [write_transforms, write_tum, write_scannet])
def test_random_damage_never_crashes(tmp_path, write):
    folder = write(TRUTH, tmp_path / "desk")
    rng = np.random.default_rng(0)
    # Texts are where a layout's own reader works: they are damaged as often as all pictures together.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    texts = [path for path in files if path.suffix in {".txt", ".json", ".toml"}]
    for round_number in range(60):
        path = (files, texts)[round_number % 2][rng.integers(len((files, texts)[round_number % 2]))]
        whole = path.read_bytes()
        data = bytearray(whole)
        for _ in range(rng.integers(1, 6)):
            data[rng.integers(min(len(data), 400))] = rng.choice([rng.integers(256), *b"0-.e{[,\n "])
        path.write_bytes(data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.3 else data)
        with contextlib.suppress(CaptureError):
            examine(open_capture(folder))
        path.write_bytes(whole)
    assert len(open_capture(folder).frames) == 5
