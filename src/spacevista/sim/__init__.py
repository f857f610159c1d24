"""Procedural worlds from 1 mm to 1 km, rendered to captures with exact depth, ids and truth."""
