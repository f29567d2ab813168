"""Networks as other releases of the same families configure them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from diffusers import (
    AutoencoderKLLTXVideo,
    AutoencoderKLWan,
    Flux2Transformer2DModel,
    SanaTransformer2DModel,
    SD3Transformer2DModel,
    ZImageTransformer2DModel,
)

from fastflow_diffusers import ExportError
from fastflow_diffusers.check import compare
from fastflow_diffusers.families import flux2_klein, ltx, sana, stable_diffusion_3, wan, z_image
from fastflow_diffusers.fixtures.weights import randomized
from fastflow_diffusers.network import Network
from fastflow_diffusers.trace import trace


def plain_sd3() -> Any:
    """Stable Diffusion 3 has neither the norms nor the second attention of 3.5."""
    return SD3Transformer2DModel(
        sample_size=8,
        num_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=24,
        caption_projection_dim=16,
        pooled_projection_dim=20,
        pos_embed_max_size=24,
    )


def sana_1_5() -> Any:
    return SanaTransformer2DModel(
        in_channels=8,
        out_channels=8,
        num_layers=1,
        num_attention_heads=2,
        attention_head_dim=8,
        num_cross_attention_heads=2,
        cross_attention_head_dim=8,
        cross_attention_dim=16,
        caption_channels=24,
        sample_size=32,
        patch_size=1,
        qk_norm="rms_norm_across_heads",
    )


def guided_flux2() -> Any:
    return Flux2Transformer2DModel(
        in_channels=64,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=24,
        timestep_guidance_channels=32,
        axes_dims_rope=(2, 2, 2, 2),
        guidance_embeds=True,
    )


def z_image_without_norms() -> Any:
    return ZImageTransformer2DModel(
        dim=16,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=24,
        axes_dims=[4, 2, 2],
        axes_lens=[1024, 64, 64],
        qk_norm=False,
        rope_theta=100.0,
    )


def wan_2_2_vae() -> Any:
    """Of the model of 5B: residual blocks around the resampling, pixels in patches of two."""
    return AutoencoderKLWan(
        base_dim=8,
        decoder_base_dim=8,
        z_dim=8,
        dim_mult=[1, 2, 2, 2],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        scale_factor_spatial=16,
        latents_mean=[0.0] * 8,
        latents_std=[1.0] * 8,
    )


def ltx_vae(**options: Any) -> Any:
    return AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1,) * 5,
        decoder_layers_per_block=(1,) * 5,
        **options,
    )


def timed_ltx_vae() -> Any:
    return ltx_vae(timestep_conditioning=True)


@pytest.mark.parametrize(
    ("build", "network", "last_input"),
    [
        (plain_sd3, stable_diffusion_3.transformer, "timestep"),
        (sana_1_5, sana.transformer, "encoder_attention_mask"),
        (guided_flux2, flux2_klein.transformer, "guidance"),
        (z_image_without_norms, z_image.transformer, "encoder_attention_mask"),
        (wan_2_2_vae, wan.clip_decoder, "latent_sample"),
        (timed_ltx_vae, ltx.clip_decoder, "timestep"),
    ],
)
def test_other_releases(tmp_path: Path, build: Callable[[], Any], network: Callable[[Any], Network], last_input: str) -> None:
    module = randomized(build(), build.__name__)
    folder = tmp_path / "part"
    folder.mkdir()
    described = network(module)
    assert list(described.inputs)[-1] == last_input
    trace(module, described, folder, opset=18, half=False, external=False, compact=False)
    assert compare(module, described, tmp_path, "part").line().endswith("OK")


def test_a_size_that_tracing_fixed_fails_the_comparison(tmp_path: Path) -> None:
    module = randomized(plain_sd3(), "plain_sd3")
    described = stable_diffusion_3.transformer(module)
    fixed = replace(described, inputs={name: {} for name in described.inputs}, outputs={"out_hidden_states": {}})
    (tmp_path / "part").mkdir()
    trace(module, fixed, tmp_path / "part", opset=18, half=False, external=False, compact=False)
    comparison = compare(module, fixed, tmp_path, "part")
    assert not comparison.passed
    assert "FAIL ([ONNXRuntimeError]" in comparison.line() and "Got: 1 Expected: 2" in comparison.note


def test_a_decoder_that_draws_noise_is_refused() -> None:
    with pytest.raises(ExportError, match="decoder_inject_noise") as caught:
        ltx.clip_decoder(ltx_vae(decoder_inject_noise=(True,) * 5))
    assert caught.value.part == "vae_decoder"
