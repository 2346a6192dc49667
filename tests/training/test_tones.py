import numpy as np
import torch

from clfnet.training.tones import draw_tones, vary_tones


def test_a_crop_depends_on_its_number_alone() -> None:
    curves, noise = draw_tones(1.0, seed=3, first=10, count=4, side=8)
    later = draw_tones(1.0, seed=3, first=12, count=2, side=8)
    assert torch.equal(later[0], curves[2:])
    assert torch.equal(later[1], noise[2:])
    assert not torch.equal(curves[0], curves[1])
    assert not torch.equal(draw_tones(1.0, seed=4, first=10, count=4, side=8)[0], curves)


def test_what_is_drawn_stays_within_its_bounds() -> None:
    curves, noise = draw_tones(0.5, seed=0, first=0, count=200, side=16)
    assert curves[..., 0].log2().abs().max() <= 0.5 * 0.7 + 1e-6
    assert curves[..., 1].log2().abs().max() <= 0.5 * 0.5 + 1e-6
    assert noise.std((-2, -1)).max() < 0.5 * 0.03 * 1.3
    noisy = noise.flatten(2).any(2).float().mean()
    assert 0.35 < noisy < 0.65


def test_matches_numpy() -> None:
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (2, 1, 1, 6, 7)).astype(np.float32)
    curves = torch.tensor([[[1.4, 0.8], [0.7, 1.3]]])
    noise = torch.from_numpy(random.normal(0, 0.1, (1, 2, 6, 7)).astype(np.float32))
    varied = vary_tones(tuple(torch.from_numpy(images)), curves, noise)
    for source in range(2):
        gamma, contrast = curves[0, source].tolist()
        curved = ((images[source, 0, 0] + 1) / 2) ** gamma
        tone = curved.mean() + contrast * (curved - curved.mean())
        wanted = np.clip(2 * tone - 1 + noise[0, source].numpy(), -1, 1)
        np.testing.assert_allclose(varied[source][0, 0].numpy(), wanted, atol=1e-5)
