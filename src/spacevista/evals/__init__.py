"""Benchmarks, answerers, the runner and the report."""
