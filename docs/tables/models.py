"""What the shipped models are."""

import json
from typing import Any

from clfnet.bench.graph import multiply_adds
from tables.results import ROOT

MANIFEST = ROOT / "src" / "clfnet" / "weights" / "manifest.json"


def card() -> str:
    """The shipped models' facts."""
    parts = []
    for name, model in json.loads(MANIFEST.read_text("utf-8")).items():
        config: dict[str, Any] = model["config"]
        data, run = config["data"], config["run"]
        kind = _student if "teacher" in config else _full
        validation = ", ".join(f"{k} {v:.3g}" for k, v in model["scores"].items())
        parts.append(
            f"| `{name}` | |\n|---|---|\n"
            f"| parameters | {model['parameters']:,} |\n"
            f"| ONNX sha256 | `{model['onnx']['sha256']}` |\n"
            f"| safetensors sha256 | `{model['safetensors']['sha256']}` |\n"
            f"| trained on | {model['data']} |\n"
            f"| held out | {', '.join(model['held_out'])} |\n"
            + "".join(f"| {name} | {value} |\n" for name, value in kind(config))
            + f"| steps | {model['steps']:,} of {run['steps']:,}, batch {run['batch']} of "
            f"{data['crop']}×{data['crop']}, seed {run['seed']} |\n"
            f"| validation | {validation} |\n"
        )
    return "\n".join(parts)


def _full(config: dict[str, Any]) -> list[tuple[str, str]]:
    """What only a full network's recipe says."""
    loss = config["loss"]
    return [
        (
            "loss",
            f"{loss['lambda1']} patchNCE (S = {loss['samples']}, "
            f"τ = {loss['temperature']}, strategy {loss['strategy']}) "
            f"+ {loss['lambda2']} M-SSIM ({loss['window']}) "
            f"+ {loss['intensity']} intensity "
            f"(gain {loss['intensity_gain']}, mix {loss['intensity_mix']}) "
            f"+ {loss['gradient']} gradient (gain {loss['gradient_gain']})",
        ),
        ("goes on from", config["model"]["start"] or "nothing"),
    ]


def _student(config: dict[str, Any]) -> list[tuple[str, str]]:
    """What only a student's recipe says."""
    loss, network = config["loss"], config["network"]
    return [
        ("teacher", f"`{config['teacher']['model']}`"),
        (
            "network",
            f"{network['blocks']} blocks of {network['channels']} channels at "
            f"1/{network['factor']} of the resolution",
        ),
        (
            "loss",
            f"distance from the teacher + {loss['gradient']} of the gradients "
            f"+ {loss['magnitude']} of their magnitudes + {loss['lambda1']} patchNCE "
            f"+ {loss['lambda2']} M-SSIM",
        ),
    ]


def student() -> str:
    """The student's size beside the full network's."""
    models = json.loads(MANIFEST.read_text("utf-8"))
    adds = {name: multiply_adds(MANIFEST.parent / f"{name}.onnx", 480, 640) for name in models}
    rows = {
        "parameters": [f"{model['parameters']:,}" for model in models.values()],
        "multiply-adds of the graph at 640×480": [f"{of / 1e9:.2f} G" for of in adds.values()],
    }
    head = f"| | {' | '.join(f'`{name}`' for name in models)} |\n|---|{'---|' * len(models)}\n"
    return head + "".join(f"| {title} | {' | '.join(of)} |\n" for title, of in rows.items())


BLOCKS = {"card": card, "student": student}
