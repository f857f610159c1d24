"""What people have: one reader per format; each gives a `Capture`."""
