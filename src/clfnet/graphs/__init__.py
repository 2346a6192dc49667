"""The networks as ONNX graphs, batch norm folded: what is fused and explained with."""

from clfnet.graphs.explain import STRIDE, explain_graph
from clfnet.graphs.fast import fast_graph
from clfnet.graphs.full import full_graph, plain_graph
from clfnet.graphs.rival import rival_graph

__all__ = ["STRIDE", "explain_graph", "fast_graph", "full_graph", "plain_graph", "rival_graph"]
