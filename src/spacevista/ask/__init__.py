"""A question in plain English about one capture or video: measured in the annotated scene, or put to a model."""
