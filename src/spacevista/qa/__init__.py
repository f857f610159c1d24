"""From facts to questions: templates, options, marks, readers and writers."""
