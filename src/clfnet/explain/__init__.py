"""Where each pixel of a fused picture comes from."""
