"""Images and files: read, write, colour; nothing is left half written."""
