"""Draw Figs. 1 and 2 of the paper in our own hand: `python docs/diagrams.py`.

Writes docs/images/architecture.svg and docs/images/contrast.svg. Channels, kernels, widths and
hyperparameters are read from the network and its configuration, images from the built-in scene;
they are drawn as vectors, so that no viewer blocks them, and the same code gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from clfnet.example import night_street
from clfnet.nn import CLFNet, Encoder, ProjectionHead, ResBlock
from clfnet.nn.block import SLOPE
from clfnet.training.config import LossConfig

IMAGES = Path(__file__).parent / "images"
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
INK, FAINT, PAPER = "#1f2328", "#656d76", "#ffffff"
INFRARED, VISIBLE, FUSED, NEUTRAL = "#c92a2a", "#1864ab", "#2b8a3e", "#495057"
NEGATIVE_INFRARED, NEGATIVE_VISIBLE = "#f2b705", "#e8730c"
TINTS = {INFRARED: "#fff0f0", VISIBLE: "#eef5fc", FUSED: "#eefaf0", NEUTRAL: "#f4f5f7"}

Point = tuple[float, float]


# Shapes: each function returns SVG elements as text.


def element(name: str, content: str = "", **attributes: object) -> str:
    """An element; underscores in the attributes' names are hyphens."""
    listed = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{listed}>{content}</{name}>\n" if content else f"<{name}{listed}/>\n"


def document(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """A whole file, on a light rounded ground that reads on dark pages too."""
    head = element("path", d="M0 0 8 4 0 8z", fill=INK)
    marker = element(
        "marker", head, id="arrow", markerWidth=8, markerHeight=8, refX=7, refY=4, orient="auto",
        markerUnits="userSpaceOnUse",
    )  # fmt: skip
    ground = box(1, 1, width - 2, height - 2, stroke="#d0d7de", fill=PAPER, radius=16)
    body = element("title", title) + element("defs", marker) + ground + "".join(parts)
    return element(
        "svg", "\n" + body, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}",
        width=width, height=height, role="img", font_family=FONT,
    )  # fmt: skip


def box(
    x: float, y: float, width: float, height: float, *, stroke: str, fill: str = "none",
    radius: float = 8, line: float = 1.5, dashed: bool = False,
) -> str:  # fmt: skip
    """A rounded rectangle."""
    dashes = {"stroke_dasharray": "5 4"} if dashed else {}
    return element(
        "rect", x=x, y=y, width=width, height=height, rx=radius, fill=fill, stroke=stroke,
        stroke_width=line, **dashes,
    )  # fmt: skip


def text(
    x: float, y: float, content: str, *, size: float = 16, bold: bool = False, colour: str = INK,
    anchor: str = "middle",
) -> str:  # fmt: skip
    """A line of text, its baseline at `y`; `_x` sets a lower index: "z_ir" ends at a space."""
    weight = {"font_weight": "bold"} if bold else {}
    return element(
        "text", _indexed(content, size), x=x, y=y, font_size=size, fill=colour,
        text_anchor=anchor, **weight,
    )  # fmt: skip


def arrow(*points: Point, dashed: bool = False) -> str:
    """A line through points, with a head at the last."""
    path = "M" + " ".join(f"{x:g} {y:g}" for x, y in points)
    dashes = {"stroke_dasharray": "5 4"} if dashed else {}
    return element(
        "path",
        d=path,
        fill="none",
        stroke=INK,
        stroke_width=1.6,
        marker_end="url(#arrow)",
        **dashes,
    )


def labelled(
    x: float, y: float, width: float, height: float, lines: list[str], colour: str,
    *, size: float = 16,
) -> str:  # fmt: skip
    """A tinted box with lines of text in its middle, the first bold."""
    step = 1.3 * size
    first = y + height / 2 - step * (len(lines) - 1) / 2 + 0.35 * size
    return box(x, y, width, height, stroke=colour, fill=TINTS[colour]) + "".join(
        text(x + width / 2, round(first + i * step, 1), line, size=size, bold=i == 0)
        for i, line in enumerate(lines)
    )


def thumbnail(x: float, y: float, scale: float, pixels: NDArray[np.uint8], colour: str) -> str:
    """A grey image as vectors, framed: per level, what is at least as bright."""
    height, width = pixels.shape
    levels = np.sqrt(pixels.astype(np.float64) * 255).astype(int) // 16  # 0..15; gamma 2
    layers = [element("rect", width=width, height=height, fill="#000")]
    for level in range(1, int(levels.max()) + 1):
        runs = "".join(_runs(levels >= level))
        layers.append(element("path", d=runs, fill="#" + 3 * f"{17 * level:02x}"))
    picture = element(
        "g", "\n" + "".join(layers), transform=f"translate({x} {y}) scale({scale})",
        shape_rendering="crispEdges",
    )  # fmt: skip
    return picture + box(x, y, width * scale, height * scale, stroke=colour, radius=0, line=2)


def vector(x: float, y: float, colour: str, *, cells: int = 8) -> str:
    """An embedding: a row of cells."""
    shades = (0.95, 0.45, 0.7, 0.3, 0.85, 0.55, 0.25, 0.75)
    return "".join(
        element(
            "rect", x=x + 13 * i, y=y, width=13, height=13, fill=colour, fill_opacity=shades[i],
            stroke=colour,
        )
        for i in range(cells)
    )  # fmt: skip


def _indexed(content: str, size: float) -> str:
    """Set what follows an underscore, up to a space, comma or bracket, lower and smaller."""
    parts = []
    for i, part in enumerate(content.replace("&", "&amp;").replace(">", "&gt;").split("_")):
        end = next((k for k, letter in enumerate(part) if letter in " ,:)"), len(part)) if i else 0
        lower, rest = part[:end], part[end:]
        if lower:
            down, small = round(0.25 * size, 1), round(0.72 * size, 1)
            lower = f'<tspan dy="{down}" font-size="{small}">{lower}</tspan>'
            rest = f'<tspan dy="{-down}">{rest}</tspan>' if rest else ""
        parts.append(lower + rest)
    return "".join(parts)


def _runs(mask: NDArray[np.bool_]) -> Iterator[str]:
    for y, row in enumerate(mask.tolist()):
        x = 0
        for value, group in groupby(row):
            length = len(list(group))
            if value:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length


# What the figures tell


def scene() -> dict[str, NDArray[np.uint8]]:
    """The built-in pair in grey, (72, 96); its maximum stands for the fused image.

    So the diagrams do not change with the weights.
    """
    pair = night_street(384, 288)
    grey = (pair.visible @ np.array([77, 150, 29])) >> 8
    infrared, visible = (_shrunk(image, 4) for image in (pair.infrared, grey))
    return {"infrared": infrared, "visible": visible, "fused": np.maximum(infrared, visible)}


def _shrunk(image: NDArray[np.integer], factor: int) -> NDArray[np.uint8]:
    height, width = image.shape
    cells = image.astype(np.int64).reshape(height // factor, factor, width // factor, factor)
    means: NDArray[np.uint8] = (cells.sum(axis=(1, 3)) // factor**2).astype(np.uint8)
    return means


def channels(part: torch.nn.Module) -> list[tuple[int, int]]:
    """What goes into and comes out of each ResBlock of an encoder or the decoder."""
    blocks = [block for block in part.modules() if isinstance(block, ResBlock)]
    return [(block.conv1.in_channels, block.conv3.out_channels) for block in blocks]


def _kernel(convolution: torch.nn.Conv2d) -> str:
    return "×".join(map(str, convolution.kernel_size)) + " conv"


# Fig. 1

BLOCK, GAP, PAD, TALL = 86, 18, 14, 62


def architecture() -> str:
    """CLF-Net: two encoders, concatenation, decoder; below, the inside of a ResBlock."""
    network = CLFNet()
    pictures = scene()
    encoder, decoder = channels(network.infrared_encoder), channels(network.decoder)
    deep, count = encoder[-1][1], sum(p.numel() for p in network.parameters())
    left, x = 28, 28 + 96 * 1.3 + 34
    group = len(encoder) * (BLOCK + GAP) - GAP + 2 * PAD
    joint = x + group + 36
    last = joint + 46 + 36
    end = last + group + 34
    width = round(end + 96 * 1.3 + 28)
    parts = []
    for name, y, colour in (("infrared", 70, INFRARED), ("visible", 250, VISIBLE)):
        middle = y + 47
        parts += [
            thumbnail(left, y, 1.3, pictures[name], colour),
            text(left + 62, y + 114, f"{name} image"),
            chain(x, middle, encoder, colour, f"{name} encoder"),
            arrow((left + 126, middle), (x - 2, middle)),
            arrow((x + group + 1, middle), (joint - 2, middle)),
        ]
    parts += [
        labelled(joint, 80, 46, 254, [], NEUTRAL),
        rotated(joint + 23, 207, f"concatenate: {deep} + {deep} = {decoder[0][0]}"),
        arrow((joint + 47, 207), (last - 2, 207)),
        chain(last, 207, decoder, FUSED, "decoder", ending=_ending(network)),
        arrow((last + group + 1, 207), (end - 2, 207)),
        thumbnail(end, 160, 1.3, pictures["fused"], FUSED),
        text(end + 62, 274, "fused image"),
        text(left, 36, "CLF-Net", size=20, bold=True, anchor="start"),
        text(
            left + 92, 36,
            f"{count:,} parameters; stride 1 throughout, so every layer keeps height and width",
            colour=FAINT, anchor="start",
        ),
        inside(network, left, 408, width - 2 * left),
    ]  # fmt: skip
    return document(width, 640, "Architecture of CLF-Net", parts)


def chain(
    x: float, middle: float, steps: list[tuple[int, int]], colour: str, name: str, ending: str = ""
) -> str:
    """A named group of ResBlocks in a row, each with its channels; `ending` is the last one's."""
    width = len(steps) * (BLOCK + GAP) - GAP + 2 * PAD
    parts = [
        box(x, middle - TALL / 2 - 34, width, TALL + 48, stroke=colour, fill="none", dashed=True),
        text(x + width / 2, middle - TALL / 2 - 13, name, bold=True, colour=colour),
    ]
    for i, (inputs, outputs) in enumerate(steps):
        left, final = x + PAD + i * (BLOCK + GAP), i == len(steps) - 1
        lines = ["ResBlock", f"{inputs} → {outputs}", *([ending] if ending and final else [])]
        parts.append(labelled(left, middle - TALL / 2, BLOCK, TALL, lines, colour, size=15))
        if not final:
            parts.append(arrow((left + BLOCK + 1, middle), (left + BLOCK + GAP - 2, middle)))
    return "".join(parts)


def inside(network: CLFNet, x: float, y: float, width: float) -> str:
    """The inside of a ResBlock: the body above, the skip below."""
    block = next(b for b in network.modules() if isinstance(b, ResBlock))
    skip = block.skip
    if not isinstance(skip, torch.nn.Conv2d):
        raise TypeError("the first ResBlock changes the number of channels, so its skip is a conv")
    slope = f"slope {SLOPE:g}"
    names = [
        [_kernel(block.conv1), "channels kept"], ["batch norm"], ["LeakyReLU", slope],
        [_kernel(block.conv3), "channels change"], ["batch norm"],
    ]  # fmt: skip
    size, step, row, below = 142, 180, y + 84, y + 164
    left = x + 98
    plus = left + len(names) * step + 6
    parts = [
        box(x, y, width, 204, stroke=NEUTRAL, dashed=True),
        text(x + 16, y + 28, "Inside a ResBlock", bold=True, anchor="start"),
        text(x + 38, row + 5, "input"),
        arrow((x + 64, row), (left - 2, row)),
        arrow((x + 78, row), (x + 78, below), (left + 2 * step - 2, below)),
        labelled(left + 2 * step, below - 24, size, 48, [_kernel(skip)], NEUTRAL),
        arrow((left + 2 * step + size + 1, below), (plus, below), (plus, row + 16)),
        text(
            left + 3 * step + 4, below + 22,
            f"skip; the identity where the channels do not change ({_kept(network)})",
            colour=FAINT, size=14, anchor="start",
        ),
    ]  # fmt: skip
    for i, lines in enumerate(names):
        at = left + i * step
        parts.append(labelled(at, row - 28, size, 56, lines, NEUTRAL))
        following = at + step - 2 if i < len(names) - 1 else plus - 16
        parts.append(arrow((at + size + 1, row), (following, row)))
    out = plus + 34
    parts += [
        element("circle", cx=plus, cy=row, r=14, fill=PAPER, stroke=INK, stroke_width=1.6),
        element("path", d=f"M{plus - 7} {row}h14M{plus} {row - 7}v14", stroke=INK, stroke_width=2),
        arrow((plus + 15, row), (out - 2, row)),
        labelled(out, row - 28, size, 56, ["LeakyReLU", f"last: {_ending(network)}"], NEUTRAL),
        arrow((out + size + 1, row), (out + size + 22, row)),
        text(out + size + 52, row + 5, "output"),
    ]
    return "".join(parts)


def rotated(x: float, y: float, content: str) -> str:
    """A line of bold text, upwards, its middle at a point."""
    line = text(0, 5, content, size=15, bold=True)
    return element("g", line, transform=f"translate({x:g} {y:g}) rotate(-90)")


def _kept(network: CLFNet) -> str:
    """The channels of the blocks whose skip is the identity."""
    blocks = [block for block in network.modules() if isinstance(block, ResBlock)]
    kept = {
        block.conv1.in_channels for block in blocks if isinstance(block.skip, torch.nn.Identity)
    }
    return ", ".join(f"{number} → {number}" for number in sorted(kept))


def _ending(network: CLFNet) -> str:
    """The name of the network's last activation."""
    last = [block for block in network.decoder.modules() if isinstance(block, ResBlock)][-1]
    return str(getattr(last.activation, "__name__", last.activation))


# Fig. 2

PLACE, SIDE = (33, 33), 12  # of the compared patch in the images: on a pedestrian
NEGATIVES = ((6, 42), (70, 15), (77, 52), (30, 10), (18, 58))


def contrast() -> str:
    """Adaptive patch-wise contrastive learning: the source that is more alike wins."""
    pictures, head, loss = scene(), ProjectionHead(), LossConfig()
    features = channels(Encoder())[-1][1]
    if features != head.first.in_features:
        raise ValueError("the head must take what the encoders give")
    widths = f"{features} → {head.first.out_features} → {head.second.out_features}"
    title, infrared, visible, middle = "Adaptive patch-wise contrastive learning", 138, 462, 300
    parts = [
        text(28, 36, title, size=20, bold=True, anchor="start"),
        text(
            480, 36,
            "at each sampled place, the source that resembles the fused image more is its positive",
            colour=FAINT, anchor="start",
        ),
        source(28, 66, pictures["infrared"], "infrared", INFRARED, NEGATIVE_INFRARED),
        source(28, 246, pictures["fused"], "fused", FUSED, None),
        source(28, 426, pictures["visible"], "visible", VISIBLE, NEGATIVE_VISIBLE),
        labelled(258, infrared - 38, 128, 76, ["infrared", "encoder"], INFRARED),
        labelled(258, visible - 38, 128, 76, ["visible", "encoder"], VISIBLE),
        arrow((174, infrared - 18), (256, infrared - 18)),
        arrow((174, middle - 10), (216, middle - 10), (216, infrared + 18), (256, infrared + 18)),
        arrow((174, middle + 10), (216, middle + 10), (216, visible - 18), (256, visible - 18)),
        arrow((174, visible + 18), (256, visible + 18)),
        labelled(430, 100, 150, 400, ["MLP H", "two layers", widths, "shared"], NEUTRAL),
        *(arrow((387, y), (428, y)) for y in (infrared, visible)),
        branch(624, infrared, "ir", INFRARED, NEGATIVE_INFRARED, down=1),
        branch(624, visible, "vi", VISIBLE, NEGATIVE_VISIBLE, down=-1),
        *(arrow((581, y), (616, y)) for y in (infrared, visible)),
        labelled(886, infrared - 26, 150, 52, ["similarity", "cos(query, p_ir)"], INFRARED),
        labelled(886, visible - 26, 150, 52, ["similarity", "cos(query, p_vi)"], VISIBLE),
        *(arrow((846, y), (884, y)) for y in (infrared, visible)),
        labelled(
            876, middle - 42, 170, 84,
            ["which is larger?", "the winner goes on,", "ties: visible"], NEUTRAL,
        ),
        arrow((961, infrared + 27), (961, middle - 44)),
        arrow((961, visible - 27), (961, middle + 44)),
        arrow((1047, middle), (1084, middle)),
        labelled(
            1086, middle - 90, 200, 180,
            ["InfoNCE, Eq. (1)", "pulls the query to", "the winner's positive,",
             "pushes it from the", "N = B·S − 1 negatives",
             f"S = {loss.samples}, τ = {loss.temperature:g}"], FUSED,
        ),
    ]  # fmt: skip
    return document(1314, 590, title, parts)


def source(
    x: float, y: float, pixels: NDArray[np.uint8], name: str, colour: str, negative: str | None
) -> str:
    """An image with its positive or query patch and its negatives."""
    scale = 1.5

    def patch(place: tuple[int, int], stroke: str) -> str:
        side = SIDE * scale
        return box(
            x + place[0] * scale, y + place[1] * scale, side, side, stroke=stroke, radius=0, line=3
        )

    patches = [patch(place, negative) for place in NEGATIVES] if negative else []
    return "".join(
        [
            thumbnail(x, y, scale, pixels, colour),
            *patches,
            patch(PLACE, colour),
            text(x + 48 * scale, y + 72 * scale + 22, f"{name} image", bold=True, colour=colour),
        ]
    )


def branch(x: float, middle: float, index: str, colour: str, negative: str, *, down: int) -> str:
    """The embeddings of one branch: positive and query at its middle, negatives further in."""
    rows = [
        (middle - 22, colour, f"p_{index}: positive"),
        (middle + 9, FUSED, "query"),
    ]
    parts = [
        vector(x, y, shade) + text(x + 114, y + 12, name, anchor="start") for y, shade, name in rows
    ]
    first = middle + (48 if down > 0 else -97)
    parts += [vector(x, first + 18 * i, negative) for i in range(3)]
    parts.append(text(x + 114, first + 30, "negatives", anchor="start"))
    return "".join(parts)


def main() -> None:
    """Write both files."""
    for name, draw in {"architecture": architecture, "contrast": contrast}.items():
        (IMAGES / f"{name}.svg").write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
