"""Which split a scene belongs to: all its questions go there, for ever, whatever else is in the data set."""

import hashlib

from spacevista.qa.record import Split

TRAIN_SHARE = 0.8
VAL_SHARE = 0.1


def split_of(scene_id: str) -> Split:
    """Return the split of a scene from the hash of its id."""
    digest = hashlib.sha256(scene_id.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < TRAIN_SHARE:
        return "train"
    return "val" if place < TRAIN_SHARE + VAL_SHARE else "test"
