"""The REST API: one file per resource, each with its routes."""
