"""Recipes: a run is a function that returns its full settings. All of them stand in `all.RECIPES`."""
