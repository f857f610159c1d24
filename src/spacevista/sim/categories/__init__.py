"""One file per category: `NAME`, its name in plain words, and `build(rng) -> Shape` with true dimensions."""
