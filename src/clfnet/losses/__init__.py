"""The losses of CLF-Net, Eqs. (1)–(9), what training adds, those of its rivals; one file each."""

from clfnet.losses.adversarial import HIGH, LOW, judgement_loss, noisy_labels
from clfnet.losses.base import base_loss
from clfnet.losses.distillation import distillation_loss
from clfnet.losses.fusion_loss import fusion_loss
from clfnet.losses.gradient import gradient_loss
from clfnet.losses.info_nce import info_nce
from clfnet.losses.information import information, information_loss
from clfnet.losses.intensity import intensity_loss
from clfnet.losses.m_ssim import m_ssim_loss
from clfnet.losses.negatives import STRATEGIES, Keys, Strategy
from clfnet.losses.patch_nce import Assignment, PatchNCE, patch_nce
from clfnet.losses.proportion import proportion_loss
from clfnet.losses.residual_fusion import residual_fusion_loss
from clfnet.losses.salient import salient_loss
from clfnet.losses.separation import separation_loss
from clfnet.losses.ssim import contrast_structure, product_ms_ssim, ssim
from clfnet.losses.structure import structure_loss

__all__ = [
    "HIGH",
    "LOW",
    "STRATEGIES",
    "Assignment",
    "Keys",
    "PatchNCE",
    "Strategy",
    "base_loss",
    "contrast_structure",
    "distillation_loss",
    "fusion_loss",
    "gradient_loss",
    "info_nce",
    "information",
    "information_loss",
    "intensity_loss",
    "judgement_loss",
    "m_ssim_loss",
    "noisy_labels",
    "patch_nce",
    "product_ms_ssim",
    "proportion_loss",
    "residual_fusion_loss",
    "salient_loss",
    "separation_loss",
    "ssim",
    "structure_loss",
]
