"""A student learns what its teacher does, resumes bit for bit, and keeps nothing of the teacher."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from clfnet import weights
from clfnet.losses import m_ssim_loss, patch_nce
from clfnet.nn import FastNet, ProjectionHead
from clfnet.training import resume, train, trainer
from clfnet.training.checkpoint import load_checkpoint
from clfnet.training.config import DistillConfig
from clfnet.training.distillation import Distillation
from clfnet.training.log import RunLog, read_log
from clfnet.training.network_file import load_network
from clfnet.training.networks import load_any_network
from clfnet.training.teacher import Teacher

StudentRecipe = Callable[..., DistillConfig]


class Stopped(BaseException):
    """Somebody pulled the plug."""


def values(folder: Path, name: str) -> list[float]:
    return [value for _, key, value in read_log(folder / "log.csv") if key == name]


def test_a_run_leaves_what_every_run_leaves(student_recipe: StudentRecipe, tmp_path: Path) -> None:
    result = train(student_recipe(), tmp_path)
    assert result.steps == 6
    assert result.best == max(values(tmp_path, "validation score")) < 0
    assert len(values(tmp_path, "distillation")) == 6
    assert len(values(tmp_path, "validation teacher PSNR")) == 2
    assert len(list((tmp_path / "samples").iterdir())) == 2
    network = load_any_network(tmp_path / trainer.BEST)
    assert isinstance(network, FastNet)
    assert (network.channels, network.blocks, network.factor) == (4, 2, 2)
    state = load_checkpoint(tmp_path / trainer.CHECKPOINT)
    assert state["config"] == student_recipe()
    assert all(name.startswith("network.") for name in state["objective"])


def test_it_comes_near_its_teacher(student_recipe: StudentRecipe, tmp_path: Path) -> None:
    """Which takes the average, while the student starts as the maximum."""
    config = student_recipe(
        optimizer={"learning_rate": 0.01, "schedule": "cosine"},
        run={"steps": 250, "batch": 4, "validate_every": 50, "checkpoint_every": 200},
    )
    train(config, tmp_path)
    nearness = values(tmp_path, "validation teacher PSNR")
    assert nearness[-1] > 30
    assert values(tmp_path, "validation score")[-1] > -0.1
    losses = values(tmp_path, "loss")
    assert sum(losses[-10:]) < 0.3 * sum(losses[:10])


@pytest.mark.parametrize("stop", [2, 3, 5])
def test_resuming_equals_never_having_stopped(
    student_recipe: StudentRecipe, tmp_path: Path, stop: int
) -> None:
    config = student_recipe(optimizer={"schedule": "cosine"}, loss={"lambda2": 0.1})
    train(config, tmp_path / "straight")
    write = RunLog.write

    def write_and_stop(log: RunLog, step: int, row: dict[str, float]) -> None:
        write(log, step, row)
        if step == stop + 1:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunLog, "write", write_and_stop)
        with pytest.raises(Stopped):
            train(config, tmp_path / "stopped")
    resume(tmp_path / "stopped")
    for name in ("log.csv", trainer.BEST, trainer.LAST):
        one, other = (tmp_path / folder / name for folder in ("straight", "stopped"))
        assert one.read_bytes() == other.read_bytes(), name


def test_the_papers_losses_count_beside_the_distance(student_recipe: StudentRecipe) -> None:
    """The shipped network's encoders and head, on the first crops of a batch."""
    config = student_recipe(
        teacher={"model": "clfnet"},
        loss={"lambda1": 0.5, "lambda2": 0.25, "contrasted": 2, "samples": 9},
    )
    torch.manual_seed(0)
    objective = Distillation(config, Teacher("clfnet", threads=1))
    infrared, visible, teacher = torch.rand(3, 3, 1, 16, 16) * 2 - 1
    where = torch.arange(3, 12)
    terms = objective(infrared, visible, teacher, where)
    torch.autograd.backward(terms["patch_nce"], retain_graph=True)
    gradients = [p.grad for p in objective.network.parameters()]
    assert all(g is not None and math.isfinite(float(g.abs().sum())) for g in gradients)
    assert {name.partition(".")[0] for name, _ in objective.named_parameters()} == {"network"}

    terms = {name: value.detach() for name, value in terms.items()}
    fused = objective.network(infrared, visible).detach()
    assert float(terms["m_ssim"]) == pytest.approx(float(m_ssim_loss(fused, infrared, visible)))
    folder = weights.MANIFEST.parent
    network = load_network(folder / "clfnet.safetensors")
    head = load_network(folder / "clfnet-head.safetensors", ProjectionHead)

    def embedded(encoder: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
        maps = encoder(images[:2]).flatten(2)  # (2, C, H·W)
        z: torch.Tensor = head(torch.stack([maps[:, :, place] for place in range(3, 12)], dim=1))
        return z

    by_infrared, by_visible = network.infrared_encoder, network.visible_encoder
    expected = patch_nce(
        embedded(by_infrared, fused),
        embedded(by_visible, fused),
        embedded(by_infrared, infrared),
        embedded(by_visible, visible),
    )
    assert float(terms["patch_nce"]) == pytest.approx(float(expected.loss.detach()), rel=1e-4)
    parts = [float(terms[name]) for name in ("distillation", "patch_nce", "m_ssim", "loss")]
    assert parts[3] == pytest.approx(parts[0] + 0.5 * parts[1] + 0.25 * parts[2], rel=1e-5)


def test_without_held_out_pairs_the_last_is_the_best(
    student_recipe: StudentRecipe, tmp_path: Path
) -> None:
    train(student_recipe(data={"held_out": []}), tmp_path)
    best, last = (load_file(tmp_path / name) for name in (trainer.BEST, trainer.LAST))
    assert all(torch.equal(tensor, last[name]) for name, tensor in best.items())


def test_epochs_are_counted_in_pixels(student_recipe: StudentRecipe, tmp_path: Path) -> None:
    # four pairs of 48×48 are 36 crops of 16×16: nine batches of 4
    config = student_recipe(run={"steps": 0, "epochs": 2, "batch": 4, "validate_every": 99})
    assert train(config, tmp_path).steps == 18
