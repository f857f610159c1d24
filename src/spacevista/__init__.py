"""All-scale visual spatial reasoning, from millimetres to kilometres.

The package imports nothing heavy here: each room is imported by the code that needs it.
"""

__version__ = "0.1.0"
