"""What a spatial relation is called in an option or an answer, said of the first object; "it" is the second one."""

RELATION_WORDS = {
    "on": "resting on it",
    "under": "what it rests on",
    "stacked": "stacked on it",
    "beneath": "what it is stacked on",
    "leaning": "leaning against it",
    "leant_on": "what it leans against",
    "hanging": "hanging from it",
    "hung_from": "what it hangs from",
    "stuck": "sticking to it",
    "stuck_to": "what it sticks to",
    "around": "going around it",
    "encircled": "what it goes around",
    "in": "lying inside it",
    "holding": "what it lies inside",
    "plugged": "plugged together with it",
    "apart": "apart from it",
}
