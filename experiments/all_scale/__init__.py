"""The laboratory of the all-scale experiment: worlds in which scale is told by evidence alone (README.md)."""
