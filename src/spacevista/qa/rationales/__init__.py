"""Rationales: reasoning that leads to an answer, computed from a fact or told by a model, and the gate for both."""
