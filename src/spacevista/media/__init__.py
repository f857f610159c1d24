"""Pictures and videos, decoded within bounds, and which frames of a clip are taken."""
