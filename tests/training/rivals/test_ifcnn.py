"""Images of two foci, made of a sharp one."""

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from clfnet.training.rivals.ifcnn import blur, two_foci


def test_blur_is_a_gaussian() -> None:
    image = np.random.default_rng(0).random((40, 50))
    for sigma in (1.0, 3.5):
        expected = gaussian_filter(image, sigma, mode="mirror", radius=15)
        found = blur(torch.from_numpy(image)[None, None], torch.tensor([sigma]).double())
        np.testing.assert_allclose(found[0, 0], expected, atol=1e-7)


def test_each_is_sharp_where_the_other_is_not() -> None:
    sharp = torch.rand(1, 1, 40, 60, generator=torch.Generator().manual_seed(0))
    coarse = torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]]).expand(1, 1, 4, 4)
    sigma = torch.tensor([3.0])
    near, far = two_foci(sharp, coarse, sigma)
    left, right = np.s_[..., :12], np.s_[..., 48:]
    torch.testing.assert_close(near[left], sharp[left], atol=1e-3, rtol=0)
    torch.testing.assert_close(far[right], sharp[right], atol=1e-3, rtol=0)
    blurred = blur(sharp, sigma)
    torch.testing.assert_close(near[right], blurred[right], atol=1e-3, rtol=0)
    torch.testing.assert_close(near + far, sharp + blurred)
