"""Fusing as a service: a REST API, jobs and the web page (extra `serve`)."""
