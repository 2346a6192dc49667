"""The built-in demo pair: a night street, rendered by code in infrared and in visible light."""

from scene.night_street import MIN_SIZE, ScenePair, night_street

__all__ = ["MIN_SIZE", "ScenePair", "night_street"]
