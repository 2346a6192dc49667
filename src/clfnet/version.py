"""The version, for the package and for what its results record."""

__version__ = "0.1.0"
