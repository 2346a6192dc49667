"""Examples at the end of each command's help: one line each, tested to be understood."""

EXAMPLES = {
    "demo": ("clfnet demo",),
    "fuse": (
        "clfnet fuse ir.png vis.png -o fused.png",
        "clfnet fuse infrared/ visible/ -o fused/",
        "clfnet fuse flir.jpg -o fused.png --temperatures map.tiff",
        "clfnet fuse ir.tiff vis.jpg -o fused.png --align auto --range=-10C,40C",
        "clfnet fuse ir.mp4 vis.mp4 -o fused.mp4",
    ),
    "thermal": (
        "clfnet thermal flir.jpg --spot pole=120,80 --box 10,20,60,40 --delta pole-B1",
        "clfnet thermal flir.jpg -o image.png --above 60C --emissivity 0.93 --distance 4",
        "clfnet thermal DCIM/ --report report.html --report report.pdf --csv table.csv",
        "clfnet thermal counts.tiff --calibration 7000=20C,9000=60C --tiff celsius.tiff",
    ),
    "batch": ("clfnet batch pairs.csv -o fused/", "clfnet batch ir/ vis/ -o fused/ --model fast"),
    "serve": ("clfnet serve", "clfnet serve --port 0 --data state/"),
    "align": ("clfnet align ir.png vis.png -o rig.json --preview look.png",),
    "explain": ("clfnet explain ir.png vis.png -o map.png --region door=60,40,32,24",),
    "evaluate": (
        "clfnet evaluate --infrared ir/ --visible vis/ --fused ours/ --fused theirs=results/7/",
        "clfnet evaluate --infrared ir/ --visible vis/ --fused ours/ --stretch --csv s.csv",
    ),
    "panel": ("clfnet panel --infrared ir/ --visible vis/ --fused ours/ --image 01 -o panel.png",),
    "bench": ("clfnet bench --quick", "clfnet bench --size 4k --threads 1 --json bench.json"),
    "train": (
        "clfnet train configs/clfnet.toml --set data.infrared=my/ir --set data.visible=my/vi",
        "clfnet train --resume runs/clfnet",
    ),
    "export": ("clfnet export runs/mine -o my-model",),
    "convert": ("clfnet convert densefuse densefuse_gray.model -o densefuse.onnx",),
    "models": ("clfnet models", "clfnet models --methods"),
    "reproduce": ("clfnet reproduce", "clfnet reproduce --check", "clfnet reproduce table2"),
}
"""By command."""


def epilog(command: str) -> str:
    """The examples of a command, as the help's last paragraph, its lines kept as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in EXAMPLES[command])))
