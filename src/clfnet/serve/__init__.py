"""Fusing as a service: a REST API, jobs and the web page (extra `serve`).

`create_app(Settings(...))` makes an ASGI application; `clfnet serve` runs it. One file per resource
has its routes; `service` holds what they share, `border` is what every request passes first.
"""
