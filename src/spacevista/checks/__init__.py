"""Checks of a data set as a whole: what is in it twice or in a benchmark too, and what answers it without looking."""
