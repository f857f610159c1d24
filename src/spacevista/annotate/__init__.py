"""From a capture with depth and ids to an annotated scene; every rejection has a reason."""
