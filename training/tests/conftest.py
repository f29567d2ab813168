from __future__ import annotations

import pytest
import torch

from ..models.unet import UNet, UNetConfig

TINY = UNetConfig(
    image_size=8,
    num_classes=3,
    widths=(32, 32),
    blocks_per_level=1,
    attention_levels=(1,),
    head_width=16,
    embedding_width=32,
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tiny() -> UNet:
    """A network of every kind of layer, with gains that are zero at initialisation made active."""
    torch.manual_seed(0)
    net = UNet(TINY)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith("gain"):
                parameter.fill_(0.7)
    return net.eval()
