"""Bringing an infrared and a visible picture onto one grid."""
