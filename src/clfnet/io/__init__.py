"""Images and files: read, write; nothing is left half written."""
