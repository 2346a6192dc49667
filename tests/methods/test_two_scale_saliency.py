import numpy as np

from clfnet.methods.classical import Plane
from clfnet.methods.two_scale_saliency import two_scale_saliency


def _around(image: Plane, size: int, i: int, j: int) -> Plane:
    return np.pad(image, size // 2, mode="edge")[i : i + size, j : j + size]


def _reference_two_scale_saliency(infrared: Plane, visible: Plane) -> Plane:
    fused = np.empty_like(infrared)
    for i, j in np.ndindex(fused.shape):
        bases, details, saliencies = [], [], []
        for image in (infrared, visible):
            base = _around(image, 35, i, j).mean()
            bases.append(base)
            details.append(image[i, j] - base)
            saliencies.append(abs(base - np.median(_around(image, 3, i, j))))
        detail = sum(s * d for s, d in zip(saliencies, details, strict=True)) / sum(saliencies)
        fused[i, j] = sum(bases) / 2 + detail
    return fused


def test_reference(pair: tuple[Plane, Plane]) -> None:
    infrared, visible = (image[:20, :17] for image in pair)
    expected = _reference_two_scale_saliency(infrared, visible)
    np.testing.assert_allclose(two_scale_saliency(infrared, visible), expected, atol=1e-9)


def test_flat_has_no_detail_to_give(pair: tuple[Plane, Plane]) -> None:
    """The other image's details come whole."""
    image = pair[0]
    lighter = two_scale_saliency(np.full_like(image, 1.0), image)
    darker = two_scale_saliency(np.full_like(image, 0.0), image)
    np.testing.assert_allclose(lighter - darker, 0.5, atol=1e-9)
    assert np.corrcoef(lighter.ravel(), image.ravel())[0, 1] > 0.99
