"""What the shipped models are."""

import json
from collections.abc import Callable
from typing import Any

from clfnet.bench.graph import multiply_adds
from tables.results import ROOT

MANIFEST = ROOT / "src" / "clfnet" / "weights" / "manifest.json"
RIVALS = MANIFEST.parent / "rivals" / MANIFEST.name


def card() -> str:
    """The shipped models' facts."""
    parts = []
    for name, model in json.loads(MANIFEST.read_text("utf-8")).items():
        config: dict[str, Any] = model["config"]
        data, run = config["data"], config["run"]
        kind = _student if "teacher" in config else _full
        parts.append(
            f"| `{name}` | |\n|---|---|\n"
            f"| parameters | {model['parameters']:,} |\n"
            f"| ONNX sha256 | `{model['onnx']['sha256']}` |\n"
            f"| safetensors sha256 | `{model['safetensors']['sha256']}` |\n"
            f"| trained on | {model['data']} |\n"
            f"| held out | {', '.join(model['held_out'])} |\n"
            + _excluded(data)
            + "".join(f"| {name} | {value} |\n" for name, value in kind(config))
            + f"| steps | {model['steps']:,} of {run['steps']:,}, batch {run['batch']} of "
            f"{data['crop']}×{data['crop']}, seed {run['seed']} |\n"
            f"| validation | {_scores(model)} |\n"
        )
    return "\n".join(parts)


def rivals() -> str:
    """The facts of the shipped networks of the literature."""
    entries = json.loads(RIVALS.read_text("utf-8"))
    facts: dict[str, Callable[[dict[str, Any]], str]] = {
        "parameters": lambda model: f"{model['parameters']:,}",
        "ONNX sha256": lambda model: f"`{model['onnx']['sha256']}`",
        "safetensors sha256": lambda model: f"`{model['safetensors']['sha256']}`",
        "trained on": lambda model: str(model["data"]),
        "held out": lambda model: ", ".join(model["held_out"]),
        "excluded": lambda model: ", ".join(model["config"]["data"]["excluded"]),
        "steps": lambda model: f"{model['steps']:,}, {model['crops']}",
        "validation": _scores,
        "departs from its authors' training": lambda model: str(model["departs"]),
    }
    head = f"| | {' | '.join(f'`{name}`' for name in entries)} |\n|---|{'---|' * len(entries)}\n"
    return head + "".join(
        f"| {title} | {' | '.join(fact(model) for model in entries.values())} |\n"
        for title, fact in facts.items()
    )


def _scores(model: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in model["scores"].items())


def _excluded(data: dict[str, Any]) -> str:
    names = data.get("excluded")
    return f"| excluded | {', '.join(names)} |\n" if names else ""


TERMS = {
    "lambda1": ("patchNCE", ("samples", "temperature", "strategy", "assignment")),
    "lambda2": ("M-SSIM", ("window",)),
    "intensity": ("intensity", ("intensity_gain", "intensity_mix")),
    "gradient": ("gradient", ("gradient_gain",)),
    "structure": ("structure", ("structure_sharpness", "structure_preference")),
    "base": ("base", ("base_dark", "base_bright")),
}
"""The terms of the loss by their weights: the name, and the settings that belong to it."""


def _full(config: dict[str, Any]) -> list[tuple[str, str]]:
    """What only a full network's recipe says."""
    return [
        ("loss", " + ".join(_term(config["loss"], weight) for weight in _used(config["loss"]))),
        ("goes on from", config["model"]["start"] or "nothing"),
    ]


def _used(loss: dict[str, Any]) -> list[str]:
    return [weight for weight in TERMS if loss.get(weight)]


def _term(loss: dict[str, Any], weight: str) -> str:
    name, settings = TERMS[weight]
    said = ", ".join(
        f"{setting.removeprefix(name + '_')} {loss[setting]}"
        for setting in settings
        if setting in loss
    )
    return f"{loss[weight]} {name}" + (f" ({said})" if said else "")


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
    entries = json.loads(MANIFEST.read_text("utf-8"))
    models = {name: entries[name] for name in ("clfnet", "fast")}
    adds = {name: multiply_adds(MANIFEST.parent / f"{name}.onnx", 480, 640) for name in models}
    rows = {
        "parameters": [f"{model['parameters']:,}" for model in models.values()],
        "multiply-adds of the graph at 640×480": [f"{of / 1e9:.2f} G" for of in adds.values()],
    }
    head = f"| | {' | '.join(f'`{name}`' for name in models)} |\n|---|{'---|' * len(models)}\n"
    return head + "".join(f"| {title} | {' | '.join(of)} |\n" for title, of in rows.items())


BLOCKS = {"card": card, "card-rivals": rivals, "student": student}
