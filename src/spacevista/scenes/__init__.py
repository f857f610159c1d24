"""The annotated scene: its record in memory and on disk."""
