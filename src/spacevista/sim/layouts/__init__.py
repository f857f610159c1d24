"""One file per scene scale: `make(seed) -> World`."""
