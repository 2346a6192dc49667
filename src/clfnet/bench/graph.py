"""What an ONNX graph holds and computes: weights and multiply-adds."""

from collections.abc import Iterator
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clfnet.errors import InputError, MissingExtraError, WeightsError, one_line

_UNCOUNTED = frozenset(
    {"Attention", "ConvInteger", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop"}
    | {"MatMulInteger", "QLinearConv", "QLinearMatMul", "RNN", "Scan"}
)
_STANDARD = frozenset({"", "ai.onnx"})

Shapes = dict[str, tuple[int, ...]]


def multiply_adds(path: Path, height: int, width: int) -> int:
    """Return the multiply-adds of convolutions and matrix products for one pair of images.

    A convolution takes, for each value of its result, as many as one of its filters has weights: so
    strides, groups and changes of size all count as they are. Of branches that the size decides on,
    the one taken counts. Where an image is fused in tiles, their margins come on top.

    Args:
        path: the graph; its inputs are images, (1, C, H, W).
        height: of the images, in pixels.
        width: of the images, in pixels.

    Raises:
        MissingExtraError: onnx is not installed.
        WeightsError: not an ONNX graph.
        InputError: the graph does not take this size, or has operators that are not counted.
    """
    model = _load(path)
    _resize(model, path, height, width)
    if any(node.op_type == "If" for node in model.graph.node):
        model = _folded(model)
    shapes = _inferred(model, path, height, width)
    if not all(node.output[0] in shapes for node in model.graph.node):
        model = _folded(model)
        shapes = _inferred(model, path, height, width)
    return sum(_of(node, shapes, path) for node in model.graph.node)


def weight_count(path: Path) -> int:
    """Return how many weights a graph holds, all branches; tables of integers are none.

    Raises:
        MissingExtraError: onnx is not installed.
        WeightsError: not an ONNX graph.
    """
    graph = _load(path).graph
    from onnx import TensorProto

    whole = {TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}
    return sum(prod(tensor.dims) for tensor in _tensors(graph) if tensor.data_type not in whole)


def _tensors(graph: Any) -> Iterator[Any]:
    """The weights of a graph and of its branches."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _tensors(attribute.g)


def _load(path: Path) -> Any:
    """Return a graph without the inputs that may be left out, which weights are in old files."""
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("onnx", "train") from error
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf has errors of its own
        raise WeightsError(
            f"{path} must be an ONNX graph, but cannot be read "
            f"({one_line(error)}). Export it again."
        ) from error
    defaults = {tensor.name for tensor in model.graph.initializer}
    needed = [tensor for tensor in model.graph.input if tensor.name not in defaults]
    del model.graph.input[:]
    model.graph.input.extend(needed)
    return model


def _inferred(model: Any, path: Path, height: int, width: int) -> Shapes:
    """The shapes of all tensors whose shape is known once that of the inputs is."""
    from onnx import shape_inference

    graph = model.graph
    weights = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    del graph.value_info[:]
    for tensor in graph.output:
        tensor.type.tensor_type.ClearField("shape")
    try:
        found = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    except Exception as error:  # onnx has several
        raise InputError(
            f"{path} must take {width}x{height} pixels, but onnx cannot infer its shapes "
            f"({one_line(error)}). Use another size."
        ) from error
    known: Shapes = dict(weights)
    for tensor in [*found.input, *found.value_info, *found.output]:
        dims = tensor.type.tensor_type.shape.dim
        if all(dim.HasField("dim_value") for dim in dims):
            known[tensor.name] = tuple(dim.dim_value for dim in dims)
    return known


def _folded(model: Any) -> Any:
    """Return the graph with what follows from the size of its inputs computed, e.g. paddings.

    The same graph where ONNX Runtime cannot load it.
    """
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 4
    with TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        try:
            onnxruntime.InferenceSession(model.SerializeToString(), options)
            return onnx.load(options.optimized_model_filepath)
        except Exception:  # noqa: BLE001 -- it has no base class for its errors
            return model


def _resize(model: Any, path: Path, height: int, width: int) -> None:
    """Give the inputs their size; one that is fixed must be this."""
    for tensor in model.graph.input:
        dims = tensor.type.tensor_type.shape.dim
        if len(dims) != 4:
            raise InputError(
                f"{path} must take images of the shape (1, C, H, W), but {tensor.name} has "
                f"{len(dims)} dimensions. Export the graph in that form."
            )
        for dim, side in zip((dims[0], dims[2], dims[3]), (1, height, width), strict=True):
            if dim.HasField("dim_value") and dim.dim_value not in (0, side):
                raise InputError(
                    f"{path} must take {width}x{height} pixels, but {tensor.name} has a fixed side "
                    f"of {dim.dim_value}. Use its size."
                )
            dim.dim_value = side


def _of(node: Any, shapes: Shapes, path: Path) -> int:
    kind = node.op_type
    if kind in _UNCOUNTED or node.domain not in _STANDARD:
        raise InputError(
            f"{path} must have operators that can be counted, but {kind} is not. "
            f"Export it in float32, without fused operators."
        )
    if kind not in {"Conv", "ConvTranspose", "Gemm", "MatMul"}:
        return 0
    try:
        first, second, result = (
            shapes[name] for name in (node.input[0], node.input[1], node.output[0])
        )
    except KeyError as error:
        raise InputError(
            f"{path} must have shapes that follow from its inputs', but {error} has not. "
            f"Export it with fewer dynamic shapes."
        ) from None
    match kind:
        case "Conv":  # second: (out, in / groups, kernel...)
            return prod(result) * prod(second[1:])
        case "ConvTranspose":  # second: (in, out / groups, kernel...)
            return prod(first) * prod(second[1:])
        case "Gemm":  # first: (M, K) or its transpose; result: (M, N)
            return prod(first) * result[1]
        case _:
            return prod(result) * first[-1]
