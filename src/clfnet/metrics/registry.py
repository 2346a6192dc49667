"""Which metrics there are, and the conventions ("dialects") in which tables give them.

A metric is one function; a dialect binds the keywords in which conventions differ. Values of two
dialects are never comparable, so every table names its dialect.

=========== ========================================================================================
`paper`     the older reference implementation, in uint8, and every table of the CLF-Net paper: VIF
            and SD saturate, SF is of levels in [0, 1]
`plain`     the same without saturation, levels 0..255, and Qabf; most papers since 2023
`cddfuse`   as `plain`, but MI in nats, AG a plain mean, SSIM of uniform windows and a range of 2,
            SSIM and MS-SSIM sums; many tables of 2023 to 2026
=========== ========================================================================================
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import e, inf, log, log2, sqrt
from types import MappingProxyType
from typing import Literal, TypeVar

from clfnet.deadline import check_time
from clfnet.errors import ConfigError, did_you_mean
from clfnet.metrics.ag import ag
from clfnet.metrics.cc import cc
from clfnet.metrics.ce import ce
from clfnet.metrics.en import en
from clfnet.metrics.fmi import fmi
from clfnet.metrics.image import GreyImage
from clfnet.metrics.mi import mi
from clfnet.metrics.ms_ssim import ms_ssim
from clfnet.metrics.mse import mse
from clfnet.metrics.nabf import nabf
from clfnet.metrics.psnr import psnr
from clfnet.metrics.qabf import qabf
from clfnet.metrics.scd import scd
from clfnet.metrics.sd import sd
from clfnet.metrics.sf import sf
from clfnet.metrics.ssim import ssim, uniform_ssim
from clfnet.metrics.vif import vif
from clfnet.metrics.viff import viff

T = TypeVar("T")

Compute = Callable[[GreyImage, GreyImage, GreyImage], float]
"""A metric with its keywords bound: takes the fused, the infrared and the visible image."""


@dataclass(frozen=True)
class Metric:
    """What a metric is in one dialect.

    Attributes:
        name: as tables write it.
        title: in words.
        source: who defined it.
        compute: takes the fused, the infrared and the visible image.
        better: which values are better.
        unit: of its values; empty where they have none.
        lowest: no value is below it.
        highest: no value is above it.
        minimum_side: how many pixels each side of the images must have at least.
        by_default: whether it is computed where no metrics are named.
    """

    name: str
    title: str
    source: str
    compute: Compute
    better: Literal["higher", "lower"] = "higher"
    unit: str = ""
    lowest: float = 0
    highest: float = inf
    minimum_side: int = 1
    by_default: bool = True


def _alone(metric: Callable[[GreyImage], float]) -> Compute:
    """Let a metric of the fused image alone be called with all three."""
    return lambda fused, _infrared, _visible: metric(fused)


def _table(*metrics: Metric) -> Mapping[str, Metric]:
    """By name, in order; a later metric takes the place of an earlier one of its name."""
    return MappingProxyType({metric.name: metric for metric in metrics})


_PAPER = _table(
    Metric("EN", "entropy", "Roberts et al. 2008", _alone(en), unit="bit", highest=8),
    Metric(
        "MI",
        "mutual information, sum over both sources; 254 and 255 share a joint bin",
        "Qu et al. 2002",
        partial(mi, base=2, share_top_bin=True),
        unit="bit",
        highest=2 * log2(258),  # not 16: the shared bin lowers the joint entropy alone
    ),
    Metric(
        "VIF",
        "visual information fidelity, sum over both sources; saturates in uint8",
        "Sheikh and Bovik 2006",
        partial(vif, saturate=True),
        minimum_side=41,
    ),
    Metric(
        "SD",
        "standard deviation; saturates in uint8, no measure of contrast",
        "Rao 1997",
        _alone(partial(sd, saturate=True)),
        unit="level",
        highest=sqrt(255),
    ),
    Metric(
        "AG",
        "average gradient, per (H − 1)(W − 1)",
        "Cui et al. 2015",
        _alone(partial(ag, per_pixel=False)),
        unit="level/pixel",
        minimum_side=2,
    ),
    Metric(
        "SF",
        "spatial frequency, of levels in [0, 1]",
        "Eskicioglu and Fisher 1995",
        _alone(partial(sf, white=1)),
        highest=sqrt(2),
        minimum_side=2,
    ),
    Metric(
        "SCD",
        "sum of the correlations of differences",
        "Aslantas and Bendes 2015",
        scd,
        lowest=-2,
        highest=2,
    ),
    Metric(
        "CC",
        "correlation, mean over both sources",
        "Deshmukh and Bhosale 2010",
        cc,
        lowest=-1,
        highest=1,
    ),
    Metric(
        "MSE",
        "mean squared error of levels in [0, 1], mean over both sources",
        "common",
        mse,
        better="lower",
        highest=1,
    ),
    Metric("PSNR", "peak signal-to-noise ratio, of MSE", "common", psnr, unit="dB"),
    Metric(
        "SSIM",
        "structural similarity, mean over both sources",
        "Wang et al. 2004",
        ssim,
        lowest=-1,
        highest=1,
    ),
    Metric(
        "Nabf",
        "artefacts: edges that neither source has",
        "Petrović and Xydeas 2005, Shreyamsha Kumar 2013",
        nabf,
        better="lower",
        highest=1,
    ),
    Metric(
        "CE",
        "cross entropy of the histograms, mean over both sources",
        "Bulanon et al. 2009",
        ce,
        better="lower",
        unit="bit",
        lowest=-log2(e) / e,
    ),
    Metric(
        "VIFF",
        "visual information fidelity for fusion",
        "Han et al. 2013",
        viff,
        minimum_side=41,
    ),
    Metric(
        "MS-SSIM",
        "structural similarity at five scales, mean over both sources",
        "Wang et al. 2003",
        partial(ms_ssim, combine="mean"),
        highest=1,
        minimum_side=176,
        by_default=False,  # most crops are too small
    ),
    Metric(
        "FMI",
        "feature mutual information of pixels, mean over both sources",
        "Haghighat et al. 2011, Haghighat and Razian 2014",
        partial(fmi, feature="pixel"),
        minimum_side=3,
        by_default=False,  # slow
    ),
    Metric(
        "FMI_grad",
        "feature mutual information of horizontal gradients, mean over both sources",
        "Haghighat et al. 2011, Haghighat and Razian 2014",
        partial(fmi, feature="gradient"),
        minimum_side=3,
        by_default=False,  # slow
    ),
)

_PLAIN = _table(
    *_PAPER.values(),
    replace(
        _PAPER["VIF"],
        title="visual information fidelity, sum over both sources",
        compute=partial(vif, saturate=False),
    ),
    replace(
        _PAPER["SD"],
        title="standard deviation",
        compute=_alone(partial(sd, saturate=False)),
        highest=127.5,
    ),
    replace(
        _PAPER["SF"],
        title="spatial frequency",
        compute=_alone(partial(sf, white=255)),
        unit="level/pixel",
        highest=255 * sqrt(2),
    ),
    Metric("Qabf", "preserved edges of both sources", "Xydeas and Petrović 2000", qabf, highest=1),
)

_CDDFUSE = _table(
    *_PLAIN.values(),
    replace(
        _PLAIN["MI"],
        title="mutual information, sum over both sources",
        compute=partial(mi, base=e, share_top_bin=False),
        unit="nat",
        highest=16 * log(2),
    ),
    replace(_PLAIN["AG"], title="average gradient", compute=_alone(partial(ag, per_pixel=True))),
    replace(
        _PLAIN["SSIM"],
        title="structural similarity, uniform 7×7 windows, a range of 2, sum over both sources",
        compute=uniform_ssim,
        minimum_side=7,
        lowest=-2,
        highest=2,
    ),
    replace(
        _PLAIN["MS-SSIM"],
        title="structural similarity at five scales, sum over both sources",
        compute=partial(ms_ssim, combine="sum"),
        highest=2,
    ),
)

DIALECTS: Mapping[str, Mapping[str, Metric]] = MappingProxyType(
    {"plain": _PLAIN, "paper": _PAPER, "cddfuse": _CDDFUSE}
)
"""By dialect and name, every metric."""

DEFAULT = "plain"
"""The dialect of most tables since 2023."""


def metrics_of(dialect: str, names: Iterable[str] | None = None) -> list[Metric]:
    """Return the metrics of a dialect.

    Args:
        dialect: "plain", "paper" or "cddfuse".
        names: the wanted ones, in any case. If not given, all of the dialect but those that only
            come by name: MS-SSIM, which refuses images below 176 pixels, and the slow FMI and
            FMI_grad.

    Returns:
        The metrics in the order of `names`, each once, or of the dialect.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name.

    Example:
        >>> [metric.name for metric in metrics_of("paper", ["vif", "EN"])]
        ['VIF', 'EN']
        >>> metrics_of("cddfuse", ["MI"])[0].unit
        'nat'
    """
    metrics = _find("dialect", dialect, DIALECTS)
    if names is None:
        return [metric for metric in metrics.values() if metric.by_default]
    return list(
        _table(*(_find("metrics", name, metrics, _elsewhere(name)) for name in names)).values()
    )


def _elsewhere(name: str) -> str:
    """Say which dialects have a metric, if any has."""
    found = [
        dialect
        for dialect, metrics in DIALECTS.items()
        if name.casefold() in map(str.casefold, metrics)
    ]
    return f"It is in dialect {' and '.join(found)}." if found else ""


def score(
    fused: GreyImage,
    infrared: GreyImage,
    visible: GreyImage,
    *,
    dialect: str = DEFAULT,
    metrics: Iterable[str] | None = None,
) -> dict[str, float]:
    """Return the values of several metrics for one fused image.

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.
        dialect: "plain", "paper" or "cddfuse".
        metrics: the names of the wanted ones; if not given, those of `metrics_of(dialect)`.

    Returns:
        By name, the value, in the unit and range of `metrics_of`.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name.
        ImageError: an image is no uint8 array of shape (H, W), or too small for a metric.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed, and one of the metrics needs it.

    Example:
        >>> import numpy as np
        >>> a = np.array([[0, 200]], np.uint8)
        >>> score(a, a, a, metrics=["EN", "MI"])
        {'EN': 1.0, 'MI': 2.0}
    """
    values = {}
    for metric in metrics_of(dialect, metrics):
        check_time()
        values[metric.name] = metric.compute(fused, infrared, visible)
    return values


def _find(argument: str, name: str, known: Mapping[str, T], hint: str = "") -> T:
    """Look a name up, in any case; if it is unknown, give the hint or suggest the nearest one."""
    keys = {key.casefold(): key for key in known}
    if name.casefold() in keys:
        return known[keys[name.casefold()]]
    hint = hint or did_you_mean(name, known, "Choose one of these.")
    raise ConfigError(f"`{argument}` must be of {', '.join(known)}, got {name!r}. {hint}")
