"""Counters for Prometheus, in a registry of their own for each application."""

from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from clfnet.serve.jobs.store import STATES

if TYPE_CHECKING:
    from clfnet.serve.service import Service

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Telemetry:
    """What happened, and what is going on.

    Args:
        service: whose gauges are read when they are asked for.
    """

    def __init__(self, service: "Service") -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "clfnet_requests", "Requests answered.", ("method", "route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "clfnet_request_seconds", "From the first byte to the answer.", ("method", "route"),
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._fusions = Counter(
            "clfnet_fusions", "Pairs fused, those of jobs included.", ("model",),
            registry=self._registry,
        )  # fmt: skip
        gauges = {
            "clfnet_requests_inside": ("Requests that hold a place.", lambda: service.gate.inside),
            "clfnet_requests_in_work": ("Requests in work.", lambda: service.gate.in_work),
            "clfnet_results_kept": ("Results kept.", lambda: len(service.results)),
            "clfnet_results_bytes": ("Bytes they take.", lambda: service.results.bytes),
        }
        states = Gauge("clfnet_jobs", "Jobs, by state.", ("state",), registry=self._registry)
        for state in STATES:
            states.labels(state).set_function(partial(_jobs, service, state))
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=self._registry).set_function(read)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def fused(self, model: str) -> None:
        """Count a pair."""
        self._fusions.labels(model).inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


def _jobs(service: "Service", state: str) -> float:
    return service.store.count().get(state, 0)
