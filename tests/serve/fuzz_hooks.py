"""What schemathesis cannot know of this service: that `binary` means images. See test_openapi."""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from tests.serve import hostile

_WHOLE = [hostile.picture(kind, 64) for kind in ("PNG", "JPEG", "TIFF", "BMP")]
_RISKY = ("dialect", "kelvin_per_count", "metrics", "model", "points", "range", "rig")

schemathesis.openapi.format("binary", st.sampled_from(_WHOLE) | st.binary(max_size=64))


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Let most forms be such that can be fused, and many be kept, so that links lead on."""
    if not isinstance(body, dict) or "infrared" not in body or "palette" in body:
        return body
    whole: Any = _WHOLE[len(body) % len(_WHOLE)]
    whole = [whole] if isinstance(body["infrared"], list) else whole
    kept = {name: value for name, value in body.items() if name not in _RISKY}
    kept |= {name: whole for name in ("infrared", "visible", "fused") if name in body}
    return kept | ({"format": "json"} if "space" in body and "kind" not in body else {})
