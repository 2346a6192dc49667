"""The networks that can be trained, and what is the matter of each.

Another one is an entry here and files of its own: the network (`clfnet.nn`), its recipe, its task
and its ONNX graph.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import onnx

from clfnet.errors import WeightsError
from clfnet.graphs import explain_graph, fast_graph, full_graph, plain_graph, rival_graph
from clfnet.io.toml import known
from clfnet.nn import CLFNet, FastNet, Network, ProjectionHead
from clfnet.training.config import (
    DistillConfig,
    HeadConfig,
    Recipe,
    TrainConfig,
    build_recipe,
    read_tables,
)
from clfnet.training.distillation import DistillationTask
from clfnet.training.head import HeadTask
from clfnet.training.network_file import load_network, read_network, rebuild
from clfnet.training.rivals import ENTRIES
from clfnet.training.task import Context, FusionTask, Task

N = TypeVar("N", bound=Network)
R = TypeVar("R", bound=Recipe)


@dataclass(frozen=True)
class Trainable(Generic[N, R]):
    """A network that can be trained. What recipes and files call it is its class's `kind`.

    Attributes:
        build: makes it from its sizes, which ``network.sizes`` gives.
        recipe: what its TOML file becomes.
        task: what the loop does.
        graph: the trained network as ONNX.
        card: what a model's card says of it beside what it says of every network.
        files: the names of an exported model's ONNX and safetensors files, given its name.
        part: of which entry of the model's card it is; empty is the model itself.
        plain: the trained network as ONNX for images of one height and width, without control flow
            and without asking for shapes; None where there is no such graph.
    """

    build: type[N]
    recipe: type[R]
    task: Callable[[R, Context], Task]
    graph: Callable[[N, R], onnx.ModelProto]
    card: Callable[[N, R], dict[str, Any]] = lambda _network, _config: {}
    files: tuple[str, str] = ("{}.onnx", "{}.safetensors")
    part: str = ""
    plain: Callable[[N, tuple[int, int]], onnx.ModelProto] | None = None


CLFNET = Trainable(
    CLFNet, TrainConfig, FusionTask, lambda network, _: full_graph(network), plain=plain_graph
)

FAST = Trainable(
    FastNet,
    DistillConfig,
    DistillationTask,
    lambda network, _: fast_graph(network),
    lambda network, config: {
        "multiply_adds": network.multiply_adds,  # per pixel
        "teacher": config.teacher.model,
    },
    plain=fast_graph,
)

HEAD = Trainable(
    ProjectionHead,
    HeadConfig,
    HeadTask,
    lambda head, config: explain_graph(load_network(Path(config.model.start)), head),
    files=("{}-explain.onnx", "{}-head.safetensors"),
    part="explain",
)

RIVALS: list[Trainable[Any, Any]] = [
    Trainable(
        each.network, each.recipe, each.task, lambda network, _: rival_graph(network), each.card
    )
    for each in ENTRIES
]

OURS: list[Trainable[Any, Any]] = [CLFNET, FAST, HEAD]

NETWORKS: dict[str, Trainable[Any, Any]] = {each.build.kind: each for each in (*OURS, *RIVALS)}


def load_any(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe of any kind; see `clfnet.training.config.load`."""
    return parse_any(read_tables(path, overrides))


def parse_any(tables: Mapping[str, Any]) -> Recipe:
    """Build a recipe of any kind from its tables, as TOML or `as_tables` give them.

    ``kind = "..."`` names the network; without it, a recipe with a table `teacher` is a student's,
    and any other the full network's, as in clfnet 0.1.

    Raises:
        ConfigError: naming the key, the value and what would do.
    """
    kind = tables.get("kind", FastNet.kind if "teacher" in tables else CLFNet.kind)
    recipe: type[Recipe] = NETWORKS[known(str(kind), list(NETWORKS), "kind")].recipe
    return build_recipe(recipe, tables)


def load_any_network(path: Path) -> Network:
    """Rebuild a network of any kind from its safetensors file, in evaluation mode.

    Raises:
        WeightsError: if the file cannot be read or holds no network that is known.
    """
    held = read_network(path)
    if held.kind not in NETWORKS:
        raise WeightsError(
            f"{path} must hold one of {', '.join(NETWORKS)}, but holds {held.kind!r}."
        )
    network: Network = rebuild(path, held, NETWORKS[held.kind].build)
    return network
