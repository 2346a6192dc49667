"""Write the tables of README.md and docs: `make docs`.

They come from experiments, docs/results, the model's manifest and the metrics' registry.

Everything between ``<!-- NAME -->`` and ``<!-- /NAME -->`` is replaced.
"""

import json
import re
from math import isinf, isnan
from pathlib import Path
from typing import Any

from clfnet.bench.graph import multiply_adds
from clfnet.bench.table import fits_table, machine_line
from clfnet.bench.table import table as bench_table
from clfnet.experiments.scoring import table_of
from clfnet.metrics import DIALECTS, Metric

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
EXPERIMENTS = ROOT / "experiments"
RESULTS = ROOT / "docs" / "results"
SCORES = {"tno": "table2", "roadscene": "table3"}
MANIFEST = ROOT / "src" / "clfnet" / "weights" / "manifest.json"

HEAD = (
    "| method | EN | MI | VIF | SD | AG | SF | Qabf | SCD | SSIM | Nabf | VIF plain | SD plain |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)
COLUMNS = (
    ("paper", "EN", 2), ("paper", "MI", 2), ("paper", "VIF", 2), ("paper", "SD", 2),
    ("paper", "AG", 2), ("paper", "SF", 4), ("plain", "Qabf", 3), ("plain", "SCD", 2),
    ("plain", "SSIM", 3), ("plain", "Nabf", 3), ("plain", "VIF", 3), ("plain", "SD", 1),
)  # fmt: skip


NAMED = r" \*"
"""Marks a metric that is computed only where it is named."""


def table(experiment: str) -> str:
    """The scores of an experiment: a row per method, all images stretched."""
    result = json.loads((EXPERIMENTS / experiment / "result.json").read_text("utf-8"))
    rows = {name.partition(": ")[2]: row for name, row in result["rows"].items()}
    tables = {dialect: table_of(rows, "stretched", dialect) for dialect in ("paper", "plain")}
    means = {dialect: of.means() for dialect, of in tables.items()}
    lines = [
        f"| {_strong(method)} | "
        + " | ".join(_cell(means[dialect][method][m], digits) for dialect, m, digits in COLUMNS)
        + " |\n"
        for method in rows
    ]
    count = len(next(iter(tables["paper"].methods.values())))
    note = (
        f"\n`{result['command']}`: {count} pairs, every image stretched to 0..255, weights "
        f"{rows['clfnet']['model'][:12]}. EN to SF in the `paper` dialect, the rest in `plain`. "
        f"–: SCD has no value for an exact copy. Unstretched, with intervals and curves: "
        f"[experiments/{experiment}](experiments/{experiment}/README.md).\n"
    )
    return HEAD + "".join(lines) + note


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


def metrics() -> str:
    """What each metric is: a row for each form that it has in the dialects."""
    names = dict.fromkeys(name for known in DIALECTS.values() for name in known)
    head = (
        "| metric | what | unit | range | better | minimum side | dialects | source |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(map(_forms, names)) + f"\n{NAMED.strip()} only where it is named\n"


def _forms(name: str) -> str:
    forms: dict[int, tuple[Metric, list[str]]] = {}
    for dialect, known in DIALECTS.items():
        if name in known:
            metric = known[name]
            forms.setdefault(id(metric), (metric, []))[1].append(f"`{dialect}`")
    return "".join(
        f"| {name if metric.by_default else name + NAMED} | {metric.title} | {metric.unit} "
        f"| {_range(metric)} | {metric.better} | {metric.minimum_side} "
        f"| {'all' if len(dialects) == len(DIALECTS) else ', '.join(dialects)} "
        f"| {metric.source} |\n"
        for metric, dialects in forms.values()
    )


def speed() -> str:
    """How long each metric takes."""
    result = json.loads((RESULTS / "metrics-speed.json").read_text("utf-8"))
    rows = [
        f"| {name} | `{dialect}` | {seconds:.3f} |\n"
        for dialect, times in result["seconds_per_megapixel"].items()
        for name, seconds in times.items()
    ]
    note = (
        f"\n`{result['command']}` on {result['size']}, one core of {result['cpu']}. What dialects "
        f"compute alike is under the first of them. The paper's six together take "
        f"{result['paper_six_seconds']:.3f} s an image.\n"
    )
    return (
        "| metric | dialect | CPU seconds per megapixel |\n|---|---|---|\n" + "".join(rows) + note
    )


COLOUR = (
    ("shift_lit", 2), ("shift_dark", 2), ("hue", 2), ("noise_dark", 2), ("noise_raised", 2),
    ("off_luma", 0),
)  # fmt: skip


def colour() -> str:
    """What fusing does to colour: means by time of day, space and guard."""
    result = json.loads((RESULTS / "colour.json").read_text("utf-8"))
    lines = [
        f"| {time} | `{space}` | {'on' if guard == 'guarded' else 'off'} | "
        + " | ".join(_mean([pair[space][guard][key] for pair in pairs], d) for key, d in COLOUR)
        + " |\n"
        for time, end in (("night", "N"), ("day", "D"))
        for pairs in [[pair for name, pair in result["pairs"].items() if name.endswith(end)]]
        for space in pairs[0]
        for guard in pairs[0][space]
    ]
    speed = ", ".join(f"`{k}` {v:.2f} s" for k, v in result["seconds_per_megapixel"].items())
    noise = ", ".join(f"{v:.2f} at {k}" for k, v in result["noise_share"].items())
    return (
        "| MSRS | space | guard | ΔE of a\\*b\\*, lit | the same, dark | hue, lit | noise, dark "
        "| noise, raised | off luma |\n|---|---|---|---|---|---|---|---|---|\n"
        + "".join(lines)
        + f"\n`{result['command']}`, weights {result['model'][:12]}: {len(result['pairs'])} pairs. "
        f"Noise over chroma in the visible pictures, by brightness: {noise}. "
        f"CPU time per megapixel, fusion not counted: {speed}.\n"
    )


def _mean(values: list[float | None], digits: int) -> str:
    """Of the pairs that have a value."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.{digits}f}"


def video_flicker() -> str:
    """How steady the still parts of fused video are."""
    result = json.loads((RESULTS / "video.json").read_text("utf-8"))
    titles = {"clip": "people on stairs, 8 bits", "hot": "something hot comes and goes, 16 bits"}
    rows = [
        f"| {title} | {name} | {1 + found['added']:.2f} | "
        + " | ".join(
            f"{found[kind][measure]:.2f}"
            for kind in ("infrared", "fused")
            for measure in ("variation", "leap")
        )
        + " |\n"
        for key, title in titles.items()
        for name, found in result[key].items()
    ]
    return (
        "| clip | range | of its own variation | infrared: variation | leap "
        "| fused: variation | leap |\n"
        "|---|---|---|---|---|---|---|\n" + "".join(rows) + f"\n`{result['command']}`\n"
    )


def video_runs() -> str:
    """How fast streams are fused, and in how much memory."""
    result = json.loads((RESULTS / "video.json").read_text("utf-8"))
    rows = [
        f"| {name} | {run['fps']:.1f} | {run['cpu_seconds_per_frame']:.3f} "
        f"| {run['peak_mb']:.0f} |\n"
        for name, run in result["runs"].items()
    ]
    return (
        "| run | frames per second | CPU seconds per frame | peak MB |\n|---|---|---|---|\n"
        + "".join(rows)
        + f"\n`{result['command']}` on two cores that had other work, too.\n"
    )


def explained() -> str:
    """How true the map of `clfnet explain` is."""
    result = json.loads((RESULTS / "explain.json").read_text("utf-8"))
    options = [result[name] for name in ("with head", "without head")]

    def row(title: str, *keys: str) -> str:
        values = []
        for value in options:
            for key in keys:
                value = value[key]
            values.append(f"{value:.2f}")
        return f"| {title} | {' | '.join(values)} |\n"

    rows = [
        row("right at places mixed 9 : 1", "mixtures", "0.9"),
        row("right at places mixed 3 : 1", "mixtures", "0.75"),
        row("right at places mixed 3 : 2", "mixtures", "0.6"),
        row("infrared's share of equal parts (0.50 is no bias)", "share at equal parts"),
        row("right where one source is blank, black", "blank, black"),
        row("right where one source is blank, at its mean level", "blank, mean"),
        row("rank correlation with local correlation", "ranks", "local correlation"),
        row("rank correlation with local regression", "ranks", "local regression"),
        row("rank correlation with the network's input gradient", "ranks", "input gradient"),
    ]
    note = (
        f"\n`{result['command']}`: means of the middle 256×256 pixels of {len(result['pairs'])} "
        f"pairs that nothing was trained on (four held-out TNO, ten MSRS). Explaining a fused "
        f"picture takes {result['cpu_seconds_per_megapixel']:.1f} CPU seconds per megapixel, on a "
        f"busy machine.\n"
    )
    head = "| | as shipped | without the head |\n|---|---|---|\n"
    return head + "".join(rows) + note


def align() -> str:
    """How well alignment does on real pairs."""
    result = json.loads((RESULTS / "align.json").read_text("utf-8"))
    goal, far = result["goal_px"], result["failure_percent"]
    marks = "".join(
        f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} px "
        f"| {row['median_px']:.1f} px, {row['median_percent']:.2f} % "
        f"| {row['worst_px']:.1f} px, {row['worst_percent']:.2f} % | {row['quality']:.2f} |\n"
        if "quality" in row
        else f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} "
        f"px | refused | | |\n"
        for row in result["landmarks"]
    )
    warps = "".join(
        f"| {name} | {row['warps']} | {row['accepted']} | {row['failures_accepted']} "
        f"| {row['change_within_goal']} of {row['compared']} | {row['change_median_px']:.2f} px "
        f"| {row['within_goal']} of {row['accepted']} | {row['median_px']:.2f} px |\n"
        for name, row in result["summary"].items()
    )
    wrong, speed = result["unrelated"], result["speed"]
    return (
        "Real pairs of two cameras, 20 landmarks each, distances in visible pixels and in percent "
        "of the diagonal:\n\n"
        "| pair | size | before, median | median | worst | quality |\n|---|---|---|---|---|---|\n"
        f"{marks}\nKnown warps of aligned pairs:\n\n"
        f"| group | warps | accepted | accepted, off by > {far:g} % | warp within {goal:g} px "
        f"| median | within {goal:g} px of the set | median |\n|---|---|---|---|---|---|---|---|\n"
        f"{warps}\n"
        f"Unrelated pairs accepted: {len(wrong['accepted'])} of {wrong['pairs']}. At 640×480: "
        f"{speed['cpu_seconds']:.1f} CPU seconds in the mean, {speed['cpu_seconds_slowest']:.1f} "
        f"at most, of {result['cpu']}. `{result['command']}`\n"
    )


def training() -> dict[str, Any]:
    """What `benchmarks/training.py` measured."""
    result: dict[str, Any] = json.loads((RESULTS / "training.json").read_text("utf-8"))
    return result


def training_speed() -> str:
    """A training step and an epoch, and how many times faster than straightforward they are."""
    result = training()
    faster = result["times_faster"]
    rows = [
        f"| {name} | {of['total']:.2f} | {of['wall']:.2f} "
        + (
            f"| {faster[name]['total']:.2f} | {faster[name]['wall']:.2f} "
            if name in faster
            else "| | "
        )
        + f"| {of['total'] * result['epoch']['steps'] / 60:.0f} |\n"
        for name, of in result["seconds"].items()
    ]
    short = result["short_epoch"]
    slow, fast = short["straightforward"], short["ours"]
    return (
        "| one step | CPU seconds | wall seconds | times faster, CPU | wall | epoch, CPU min |\n"
        "|---|---|---|---|---|---|\n"
        + "".join(rows)
        + f"\n`{result['command']}`, one thread on {result['cpu']}, torch {result['torch']}, "
        f"a busy machine: medians of {result['rounds']} steps in turns. The epoch is "
        f"{result['epoch']['steps']} such steps, the paper's {result['epoch']['crops']} crops. "
        f"A whole epoch of {short['crops']} crops ({short['steps']} steps) really took "
        f"{fast['total']:.1f} CPU seconds, straightforward {slow['total']:.1f}: "
        f"{slow['total'] / fast['total']:.2f} times.\n"
    )


def training_parts() -> str:
    """Where the time of a step goes, straightforward and ours."""
    seconds = training()["seconds"]
    slow, fast = seconds["straightforward"], seconds["ours"]
    parts = [part for part in fast if part not in ("total", "wall")]
    return "| part | straightforward | ours | share of ours |\n|---|---|---|---|\n" + "".join(
        f"| {part} | {slow.get(part, 0):.4f} | {fast[part]:.4f} "
        f"| {100 * fast[part] / fast['total']:.1f} % |\n"
        for part in parts
    )


def training_operators() -> str:
    """The profile of a step of ours."""
    return "| operator | share |\n|---|---|\n" + "".join(
        f"| {kind} | {100 * share:.0f} % |\n" for kind, share in training()["operators"].items()
    )


def bench() -> str:
    """What fusing costs, and how that grows."""
    report = json.loads((RESULTS / "bench.json").read_text("utf-8"))
    load = report["machine"]["load_average"] or 0
    busy = " The machine was busy with other work: trust no second of it." if load > 1 else ""
    note = (
        f"\n`{report['command']}`, up to {report['repeats']} repeats, on "
        f"{machine_line(report['machine'])}.{busy}\n"
    )
    return f"{bench_table(report)}\n{fits_table(report)}{note}"


def memory() -> str:
    """Peaks on large pictures."""
    result = json.loads((RESULTS / "memory.json").read_text("utf-8"))
    rows = [
        f"| {name} | {run['megapixels']:g} | {run['peak_mib']:.0f} | {run['cpu_seconds']:.0f} |\n"
        for name, run in result["runs"].items()
    ]
    return (
        "| 8-bit pair, files to file | megapixels | peak of the process, MiB | CPU, s |\n"
        "|---|---|---|---|\n" + "".join(rows) + f"\n`{result['command']}`.\n"
    )


def full_model() -> str:
    """The full model against plain PyTorch."""
    result = json.loads((RESULTS / "full-model.json").read_text("utf-8"))
    head = (
        "| threads | | CPU, s | of torch's | peak, MiB | of torch's | beyond loaded "
        "| of torch's |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {threads} | {name} | {run['cpu_seconds']:.2f} | {run['cpu_seconds_ratio']:.2f} "
        f"| {run['peak_mib']:.0f} | {run['peak_mib_ratio']:.2f} "
        f"| {run['beyond_loaded_mib']:.0f} | {run['beyond_loaded_mib_ratio']:.2f} |\n"
        for threads, runs in result["threads"].items()
        for name, run in runs.items()
    ]
    note = (
        f"\n`{result['command']}`, on a machine that was busy with other things. Peak: of the "
        f"whole process; beyond loaded: beyond what it was before the first picture.\n"
    )
    return head + "".join(rows) + note


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


FAST = ("EN", "MI", "VIF", "SD", "AG", "SF", "SCD", "Qabf")


def fast() -> str:
    """How near the student comes to the full model, and how quick it is."""
    result = json.loads((RESULTS / "fast.json").read_text("utf-8"))
    head = f"| | {' | '.join(FAST)} |\n|---|{'---|' * len(FAST)}\n"
    rows = ""
    for name, of in result["quality"].items():
        full, student = ([of[model][metric] for metric in FAST] for model in ("clfnet", "fast"))
        changes = [100 * (b / a - 1) for a, b in zip(full, student, strict=True)]
        rows += f"| {name}: `clfnet` | {' | '.join(f'{value:.4g}' for value in full)} |\n"
        rows += f"| `fast` | {' | '.join(f'{value:.4g}' for value in student)} |\n"
        rows += f"| | {' | '.join(f'{change:+.1f} %' for change in changes)} |\n"
    speed = "".join(
        f"| {threads} | `{name}` | {run['frames_per_second']} | {run['fewest']} "
        f"| {run['cpu_seconds']:.3f} |\n"
        for threads, runs in result["speed"].items()
        for name, run in runs.items()
    )
    return (
        head + rows + "\nEN to SF in the `paper` dialect, SCD and Qabf in `plain`.\n\n"
        "| threads | 640×480, arrays to arrays | frames per second, median | slowest frame "
        "| CPU seconds |\n|---|---|---|---|---|\n"
        + speed
        + f"\n`{result['command']}` on {machine_line(result['machine'])}.\n"
    )


def batch() -> str:
    """What many pairs cost, measured, and what a billion would, computed from it."""
    result = json.loads((RESULTS / "batch.json").read_text("utf-8"))
    real, tiny, starts = result["real"], result["tiny"], result["start"]
    bare = tiny["plain loop"]["seconds_per_pair"]
    rows = "".join(
        f"| {name} | {of['pairs_per_second']:.1f} | {1000 * tiny[name]['seconds_per_pair']:.1f} "
        f"| {1000 * (tiny[name]['seconds_per_pair'] - bare):+.1f} "
        f"| {of['first_result_seconds']:.1f} |\n"
        if "first_result_seconds" in of
        else f"| {name} | {of['pairs_per_second']:.1f} | {1000 * bare:.1f} | | |\n"
        for name, of in real.items()
    )
    starting = "".join(
        f"| {title} | {of['seconds']:.1f} | {of['peak_mib']:.0f} |\n"
        for title, of in (
            ("a manifest of a thousand lines", starts["1000"]),
            ("a million lines", starts["1000000"]),
            ("a million lines, all but the last done before", result["resume"]),
        )
    )
    plan = "".join(f"| {name} | {value} |\n" for name, value in _billion(result))
    load = result["machine"]["load_average"] or 0
    busy = " The machine was busy with other work: trust no second of it." if load > 1 else ""
    return (
        "| one thread each | 640×480 with `fast`, pairs per second | 16×16, ms a pair "
        "| beside the loop, ms | first result, s |\n|---|---|---|---|---|\n"
        f"{rows}\n| the driver | first result, s | peak, MiB |\n|---|---|---|\n{starting}\n"
        f"A billion pairs of 640×480, computed from these figures and the assumptions below:\n\n"
        f"| | |\n|---|---|\n{plan}\n"
        f"{_assumptions(result['assumed'])}\n\n"
        f"`{result['command']}`, {result['pairs']} pairs, on "
        f"{machine_line(result['machine'])}.{busy}\n"
    )


def _assumptions(given: dict[str, float]) -> str:
    """What the plan takes for granted."""
    return (
        f"Assumed, and not measured: an interruptible core-hour at {given['core_hour']:g} $, a "
        f"million reads at {given['per_million_reads']:g} $, a million writes at "
        f"{given['per_million_writes']:g} $, a gigabyte a month at {given['gb_month']:g} $; "
        f"{given['cores']:,} cores in machines of {given['cores_per_machine']}, of which "
        f"{given['interruptions_per_machine_hour']:.0%} are taken away each hour; "
        f"{given['bad_pairs']:.2%} bad pairs; pictures like those measured."
    )


def _billion(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A plan on paper: from figures and assumptions to hours, dollars, bytes and failures."""
    pairs, given, size = 1e9, result["assumed"], result["bytes"]
    tiny = result["tiny"]
    own = tiny["batch, 1 worker"]["seconds_per_pair"] - tiny["plain loop"]["seconds_per_pair"]
    seconds = result["real"]["plain loop"]["cpu_seconds_per_pair"] + max(0.0, own)
    hours = pairs * seconds / 3600
    days = hours / given["cores"] / 24
    rate = given["cores"] / seconds
    read, write = pairs * (size["ir"] + size["vi"]), pairs * size["fused"]
    machine_hours = hours / given["cores_per_machine"]
    interruptions = machine_hours * given["interruptions_per_machine_hour"]
    again = interruptions * given["cores_per_machine"]
    requests = pairs / 1e6 * (6 * given["per_million_reads"] + given["per_million_writes"])
    rescan = result["resume"]["seconds"] / 1e6 * pairs / 3600
    handed = tiny["Dask, 2 workers"]["pairs_per_second"]
    lines, shard = pairs * result["journal_bytes"], pairs / given["shards"]
    return [
        ("a pair on a core", f"{seconds:.3f} s, {1000 * max(0.0, own):.1f} ms of it the batch's"),
        ("computing", f"{hours:,.0f} core-hours, {hours * given['core_hour']:,.0f} $"),
        (f"{given['cores']:,} cores need", f"{days:,.1f} days, at {rate:,.0f} pairs a second"),
        ("read, written", f"{read / 1e12:,.0f} TB, {write / 1e12:,.0f} TB"),
        ("bandwidth to the store", f"{(read + write) / (days * 86400) / 1e9:.1f} GB/s"),
        ("requests (2 files, 2 sizes, 2 looks; 1 put)", f"{requests:,.0f} $"),
        ("keeping the results", f"{write / 1e9 * given['gb_month']:,.0f} $ a month"),
        ("machines taken away", f"{interruptions:,.0f}, at most {again:,.0f} pairs begun again"),
        ("bad pairs set aside", f"{pairs * given['bad_pairs']:,.0f}"),
        (
            f"journals of {given['shards']:,} jobs",
            f"{lines / 1e9:,.0f} GB; each {lines / given['shards'] / 1e6:,.0f} MB and "
            f"{8 * shard / 2**20:.0f} MiB of memory, read again in "
            f"{result['resume']['seconds'] / 1e6 * shard:.0f} s",
        ),
        ("one scheduler of Dask hands out", f"{handed:,.0f} a second"),
        ("finding a shard in one list of all", f"up to {rescan:,.1f} h in every job"),
    ]


BLOCKS = {
    "align": align,
    "batch": batch,
    "bench": bench,
    "fast": fast,
    "student": student,
    "full-model": full_model,
    "memory": memory,
    "card": card,
    "metrics": metrics,
    "metrics-speed": speed,
    "training-speed": training_speed,
    "training-parts": training_parts,
    "training-operators": training_operators,
    "colour": colour,
    "explain": explained,
    "video-flicker": video_flicker,
    "video-runs": video_runs,
}


def render(text: str) -> str:
    """A document with its tables up to date."""
    blocks = {name: of() for name, of in BLOCKS.items()}
    blocks |= {f"scores-{name}": table(experiment) for name, experiment in SCORES.items()}
    for name, block in blocks.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda m, b=block: m[1] + b + m[2], text, flags=re.DOTALL)
    return text


def _range(metric: Metric) -> str:
    low = f"{metric.lowest:.4g}".replace("-", "−")
    return f"{low} and more" if isinf(metric.highest) else f"{low} to {metric.highest:.4g}"


def _cell(value: float, digits: int) -> str:
    return "–" if isnan(value) else f"{value:.{digits}f}"


def _strong(method: str) -> str:
    return f"**{method}**" if method.startswith("clfnet") else method


def main() -> None:
    """Rewrite the documents."""
    for path in DOCUMENTS:
        path.write_text(render(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
