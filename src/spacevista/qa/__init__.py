"""From facts to questions: templates, options, marks, readers and writers."""

from spacevista.qa.make import questions_of
from spacevista.qa.marks import draw_marks
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Mark, Question, UnitPolicy

__all__ = ["Mark", "Question", "UnitPolicy", "draw_marks", "questions_of", "read_questions"]
