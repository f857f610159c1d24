"""Is the gold answer of a row what its value says? Nothing is parsed: the answer is written again and compared."""

from spacevista.qa.options import LETTERS
from spacevista.qa.patterns import fill, templates
from spacevista.qa.record import Question
from spacevista.qa.wording import bare_text, value_text


def gold_is_consistent(question: Question) -> bool:
    """Tell whether the answer is the rendering of the value, or the letter of the option that is.

    A choice has no value in its row: there the letter must be one of different options, the sentence one of ours.
    """
    if question.form == "mc":
        if question.answer not in tuple(LETTERS[: len(question.options)]):
            return False
        right = question.options[LETTERS.index(question.answer)]
        if not question.value:
            return question.options.count(right) == 1
        return right == value_text(question.value, question.error, question.unit)
    if question.form == "reg":
        texts = (bare_text(question.value, question.error, question.unit, p) for p in ("native", "free"))
        return question.answer in texts
    return _is_sentence(question)


def _is_sentence(question: Question) -> bool:
    patterns = [p for (task, _), aspect in templates().aspects.items() if task == question.task for p in aspect.answer]
    if question.value:
        value = value_text(question.value, question.error, question.unit)
        return question.answer in {fill(p, {"value": value}) for p in patterns if "{value}" in p}
    ends = (p.split("{choice}") for p in patterns if "{choice}" in p)
    return any(question.answer.startswith(before) and question.answer.endswith(after) for before, after in ends)
