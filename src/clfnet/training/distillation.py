"""Training a student: it imitates what a teacher makes of pairs."""

import torch
from torch import Tensor, nn

from clfnet.losses import PatchNCE, distillation_loss, fusion_loss, m_ssim_loss, patch_nce
from clfnet.nn import CLFNet, FastNet, ProjectionHead
from clfnet.training.config import DistillConfig
from clfnet.training.dataset import RandomCrops, load_sets
from clfnet.training.objective import full_precision
from clfnet.training.task import Context, Task, places
from clfnet.training.teacher import Teacher
from clfnet.training.validation import ImitationValidator

PICTURES = "teacher"
"""The folder of a run that keeps the teacher's images."""


class Distillation(nn.Module):
    """The student with the loss on top; what the optimiser trains.

    Args:
        config: the recipe.
        teacher: needed where patchNCE counts; no part of what is trained or kept.
    """

    def __init__(self, config: DistillConfig, teacher: Teacher) -> None:
        super().__init__()
        self.config = config
        sizes = config.network
        self.network = FastNet(sizes.channels, sizes.blocks, sizes.factor, sizes.coarse)
        self._contrast = (
            Contrast(teacher.network(), teacher.head()) if config.loss.lambda1 else None
        )

    def forward(
        self, infrared: Tensor, visible: Tensor, teacher: Tensor, where: Tensor
    ) -> dict[str, Tensor]:
        """The loss of a batch, and its parts.

        Args:
            infrared: (B, 1, H, W) in [-1, 1].
            visible: the same shape and range.
            teacher: what the teacher makes of them, the same shape and range.
            where: (S,), indices into H·W, the places at which patchNCE compares.

        Returns:
            Scalars: "loss", "distillation"; where they count "m_ssim", "patch_nce",
            "infrared_share".
        """
        weights = self.config.loss
        fused = self.network(infrared, visible)
        with full_precision(fused):
            fused = fused.float()
            terms = {
                "distillation": distillation_loss(
                    (fused + 1) / 2,
                    (teacher + 1) / 2,
                    gradient=weights.gradient,
                    magnitude=weights.magnitude,
                )
            }
            paper = [fused.new_zeros(()), fused.new_zeros(())]
            if self._contrast:
                few = slice(weights.contrasted)
                terms["patch_nce"], terms["infrared_share"] = self._contrast(
                    fused[few], infrared[few], visible[few], where
                )
                paper[0] = terms["patch_nce"]
            if weights.lambda2:
                paper[1] = terms["m_ssim"] = m_ssim_loss(fused, infrared, visible)
            loss = terms["distillation"] + fusion_loss(
                *paper, lambda1=weights.lambda1, lambda2=weights.lambda2
            )
        return {"loss": loss, **terms}


class Contrast:
    """PatchNCE (Eqs. 6–8) by encoders and a head that stay as they are."""

    def __init__(self, network: CLFNet, head: ProjectionHead) -> None:
        self._network, self._head = network, head

    def __call__(self, fused: Tensor, infrared: Tensor, visible: Tensor, where: Tensor) -> PatchNCE:
        """The loss of images (B, 1, H, W) in [-1, 1], and the share of places won by infrared."""
        network, head = self._network.to(fused.device), self._head.to(fused.device)
        encoders = network.infrared_encoder, network.visible_encoder

        def embed(encoder: nn.Module, images: Tensor) -> Tensor:
            columns = encoder(images).flatten(2).index_select(2, where)  # (B, C, S)
            z: Tensor = head(columns.transpose(1, 2))  # (B, S, D)
            return z

        with torch.no_grad():
            keys = [
                embed(encoder, images)
                for encoder, images in zip(encoders, (infrared, visible), strict=True)
            ]
        return patch_nce(*(embed(encoder, fused) for encoder in encoders), *keys)


class DistillationTask(Task):
    """Training a student.

    Args:
        config: the recipe.
        context: where the run takes place; its folder keeps the teacher's images.

    Raises:
        InputError: the data cannot be used.
        WeightsError: the teacher cannot.
    """

    def __init__(self, config: DistillConfig, context: Context) -> None:
        sets, held_out = load_sets(config.data)
        pairs = [pair for pairs in sets for pair in pairs]
        teacher = Teacher(config.teacher.model, threads=config.run.threads)
        pictures = teacher.pictures([*pairs, *held_out], context.folder / PICTURES, context.process)
        weights = config.data.weights or [1.0] * len(sets)
        each = [weight for weight, pairs in zip(weights, sets, strict=True) for _ in pairs]
        self._samples = config.loss.samples
        self._crops = RandomCrops(
            pairs, pictures[: len(pairs)], each, config.data, config.run.seed
        ).to(context.process.device)
        torch.manual_seed(config.run.seed)
        objective = Distillation(config, teacher)
        targets = pictures[len(pairs) :]
        super().__init__(
            config,
            objective,
            objective.network,
            crops=len(self._crops),
            validate=ImitationValidator(held_out, targets) if held_out else None,
        )

    def plan(self, step: int, first: int) -> tuple[Tensor, ...]:
        """The crops and the places of a step."""
        run, crop = self.config.run, self.config.data.crop
        where = places(run.seed, step, crop, self._samples)
        return self._crops.plan(first, run.batch), where

    def batch(self, *plan: Tensor) -> tuple[Tensor, ...]:
        """Infrared, visible, the teacher's, and the places."""
        crops, where = plan
        return *self._crops.images.cut(crops, self.config.data.crop), where
