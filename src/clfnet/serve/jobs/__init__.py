"""Long work: folders of pairs and videos, which go on where they stopped after a restart.

`store` keeps what there is to do and what was done; `intake` makes a job of a form; `worker` does
one job at a time; `routes` and `events` tell about them.
"""
