"""Qwen-VL with dense features, scale experts and a router; importing it makes the models known to Auto classes."""

from spacevista.models.auto import register

register()
