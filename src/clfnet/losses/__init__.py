"""The losses of CLF-Net, Eqs. (1)–(9), and what training adds; one file each."""

from clfnet.losses.distillation import distillation_loss
from clfnet.losses.fusion_loss import fusion_loss
from clfnet.losses.gradient import gradient_loss
from clfnet.losses.info_nce import info_nce
from clfnet.losses.intensity import intensity_loss
from clfnet.losses.m_ssim import m_ssim_loss
from clfnet.losses.negatives import STRATEGIES, Keys, Strategy
from clfnet.losses.patch_nce import PatchNCE, patch_nce

__all__ = [
    "STRATEGIES",
    "Keys",
    "PatchNCE",
    "Strategy",
    "distillation_loss",
    "fusion_loss",
    "gradient_loss",
    "info_nce",
    "intensity_loss",
    "m_ssim_loss",
    "patch_nce",
]
