import torch

from clfnet.nn import ProjectionHead


def test_shape_and_start() -> None:
    torch.manual_seed(0)
    head = ProjectionHead()
    assert head(torch.randn(2, 30, 64)).shape == (2, 30, 256)
    for layer in (head.first, head.second):
        assert abs(float(layer.weight.detach().std()) - 0.02) < 1e-3
        assert not layer.bias.detach().any()


def test_each_place_is_embedded_by_itself() -> None:
    torch.manual_seed(0)
    head = ProjectionHead(8, 16, 4).eval()
    x = torch.randn(2, 5, 8)
    assert torch.allclose(head(x)[1, 3], head(x[1:, 3:4])[0, 0], atol=1e-6)
