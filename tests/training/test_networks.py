"""Every network that can be trained: from its sizes and back, through files and recipes."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from clfnet.errors import ConfigError, WeightsError
from clfnet.nn import CLFNet, FastNet, Network, ProjectionHead
from clfnet.nn.rivals import RIVALS
from clfnet.training import load_any_network, parse_any
from clfnet.training.config import as_tables
from clfnet.training.network_file import load_network, network_bytes, network_tensors
from clfnet.training.networks import NETWORKS

SMALL: dict[str, Network] = {
    "clfnet": CLFNet(2),
    "fast": FastNet(4, 2, 2),
    "head": ProjectionHead(4, 6, 3),
}


def test_the_list() -> None:
    assert NETWORKS.keys() == SMALL.keys() | RIVALS.keys()
    for name, entry in NETWORKS.items():
        assert name == entry.build.kind == entry.recipe.kind


@pytest.mark.parametrize("name", SMALL)
def test_a_file_rebuilds_its_network(name: str, tmp_path: Path) -> None:
    network, path = SMALL[name].eval(), tmp_path / "n.safetensors"
    path.write_bytes(network_bytes(network))
    assert path.read_bytes() == network_bytes(network)  # of a fixed order
    loaded = load_any_network(path)
    assert type(loaded) is type(network)
    assert (loaded.sizes, loaded.training) == (network.sizes, False)
    for key, tensor in network_tensors(network).items():
        assert torch.equal(loaded.state_dict()[key], tensor), key
    for other in SMALL.values():
        if other.kind != name:
            with pytest.raises(WeightsError, match=f"must hold a network '{other.kind}', but"):
                load_network(path, type(other))


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("clfnet", {"width": "2"}),
        ("fast", {"channels, blocks, factor": "4, 2, 2"}),
        ("head", None),
    ],
)
def test_files_of_the_first_version_load(
    name: str, metadata: dict[str, str] | None, tmp_path: Path
) -> None:
    path = tmp_path / "n.safetensors"
    save_file(network_tensors(SMALL[name]), path, metadata)
    loaded = load_any_network(path)
    assert (loaded.kind, loaded.sizes) == (name, SMALL[name].sizes)


def test_every_changed_bit_is_seen_or_harmless(tmp_path: Path) -> None:
    network, path = SMALL["clfnet"], tmp_path / "n.safetensors"
    data, expected = network_bytes(network), network_tensors(network)
    random = torch.Generator().manual_seed(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(data)
        bit = int(torch.randint(8 * len(data), (), generator=random))
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            loaded = network_tensors(load_any_network(path))
        except WeightsError as error:
            refused += "\n" not in str(error)
        else:
            assert all(torch.equal(loaded[name], tensor) for name, tensor in expected.items())
    assert refused > 290


def test_a_kind_that_is_not_known(tmp_path: Path) -> None:
    class Strange(ProjectionHead):
        kind = "strange"

    path = tmp_path / "n.safetensors"
    path.write_bytes(network_bytes(Strange(2, 3, 2)))
    with pytest.raises(WeightsError, match=r"one of clfnet, fast, head, .*, but holds 'strange'"):
        load_any_network(path)
    with pytest.raises(ConfigError, match="Unknown kind `clfnat`"):
        parse_any({"kind": "clfnat", "data": {}})


def test_the_kind_decides_and_comes_back() -> None:
    data = {"infrared": "ir", "visible": "vi"}
    run = {"steps": 1}
    head = {"kind": "head", "data": data, "model": {"start": "x"}, "run": run}
    for tables, kind in (
        ({"data": data, "run": run}, "clfnet"),
        ({"data": {"infrared": ["ir"], "visible": ["vi"]}, "teacher": {}, "run": run}, "fast"),
        (head, "head"),
    ):
        config = parse_any(tables)
        assert config.kind == kind
        assert as_tables(config)["kind"] == kind
        assert parse_any(as_tables(config)) == config
