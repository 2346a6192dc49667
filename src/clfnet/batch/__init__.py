"""Many pairs: a manifest, a journal, local processes or a cluster."""
