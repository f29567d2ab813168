"""Z-Image: Qwen 3, tokens padded to multiples of 32 by learned ones, time from 0 to 1, a velocity of the other sign."""

from contextlib import AbstractContextManager
from typing import Any

import torch
from diffusers.models.transformers.transformer_z_image import SEQ_MULTI_OF, ZSingleStreamAttnProcessor

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import IMAGE, decoder
from ..networks.clip import TEXT
from ..networks.language import all_states
from ..patches import processors
from ..rotary import angles, grid, rotate
from ..samples import mask, normal, times


class TraceableAttention:
    """The same attention, with positions as pairs of cosine and sine."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: None = None,
        attention_mask: torch.Tensor | None = None,
        freqs_cis: torch.Tensor | None = None,
    ) -> torch.Tensor:
        query, key, value = (
            project(hidden_states).unflatten(-1, (attn.heads, -1)) for project in (attn.to_q, attn.to_k, attn.to_v)
        )
        query = query if attn.norm_q is None else attn.norm_q(query)
        key = key if attn.norm_k is None else attn.norm_k(key)
        query, key, value = (one.transpose(1, 2) for one in (rotate(query, freqs_cis), rotate(key, freqs_cis), value))
        keep = None if attention_mask is None else attention_mask[:, None, None, :]
        result = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=keep)
        return attn.to_out[0](result.transpose(1, 2).flatten(2, 3))


def whole(length: Any) -> Any:
    """The next multiple of 32."""
    return (length + SEQ_MULTI_OF - 1) // SEQ_MULTI_OF * SEQ_MULTI_OF


def transformer(module: Any) -> Network:
    """Diffusers takes lists of samples; here they are batches, captions padded at the end, with a mask."""
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {
            "hidden_states": normal("state", sizes.batch, config.in_channels, sizes.height, sizes.width),
            "timestep": times(sizes, 1.0),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.cap_feat_dim),
            "encoder_attention_mask": mask(sizes),
        }

    def reference(
        hidden_states: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        encoder_attention_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        captions = [text[keep.bool()] for text, keep in zip(encoder_hidden_states, encoder_attention_mask, strict=True)]
        result = module(list(hidden_states.unsqueeze(2)), timestep, captions, return_dict=False)[0]
        return (torch.stack(list(result)).squeeze(2),)

    def patches() -> AbstractContextManager[Any]:
        return processors(module, ZSingleStreamAttnProcessor, TraceableAttention())

    inputs = {
        "hidden_states": IMAGE,
        "timestep": {0: "batch_size"},
        "encoder_hidden_states": TEXT,
        "encoder_attention_mask": TEXT,
    }
    return Network(inputs, {"out_hidden_states": IMAGE}, feeds, reference, batched(module), patches)


def batched(module: Any) -> Any:
    """The network on batches."""

    def forward(
        hidden_states: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        encoder_attention_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        batch, channels, height, width = hidden_states.shape
        rows, columns = height // 2, width // 2
        temb = module.t_embedder(timestep * module.t_scale).type_as(hidden_states)
        length = encoder_attention_mask.sum(dim=1, keepdim=True)
        text, text_pairs, keep = captions(module, encoder_hidden_states, length)

        x = hidden_states.view(batch, channels, rows, 2, columns, 2).permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)
        x = module.all_x_embedder["2-1"](x)
        count = x.shape[1]
        room = whole(count) - count
        # Learned tokens, at position 0 of all axes.
        x = torch.cat([x, module.x_pad_token[None].repeat(batch, room, 1)], dim=1)
        places = grid(rows, columns)[None].repeat(batch, 1, 1)
        after_text = (whole(length) + 1)[..., None] + 0 * places[..., :1]
        ids = torch.cat([after_text, places], dim=-1)
        ids = torch.cat([ids, torch.zeros(batch, room, 3, dtype=ids.dtype)], dim=1)
        pairs = angles(ids, module.axes_dims, module.rope_theta)

        for layer in module.noise_refiner:
            x = layer(x, None, pairs, temb)
        for layer in module.context_refiner:
            text = layer(text, keep, text_pairs)
        joint, joint_pairs = torch.cat([x, text], dim=1), torch.cat([pairs, text_pairs], dim=1)
        joint_keep = torch.cat([torch.ones(x.shape[:2], dtype=torch.bool), keep], dim=1)
        for layer in module.layers:
            joint = layer(joint, joint_keep, joint_pairs, temb)
        out = module.all_final_layer["2-1"](joint, c=temb)[:, :count]
        out = out.view(batch, rows, columns, 2, 2, module.out_channels).permute(0, 5, 1, 3, 2, 4)
        return (out.flatten(4, 5).flatten(2, 3),)

    return forward


def captions(module: Any, text: torch.Tensor, length: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Learned tokens stand from the end of each text to the next multiple of 32; what follows is masked."""
    text = module.cap_embedder(text)
    batch, count, channels = text.shape
    text = torch.cat([text, torch.zeros(batch, whole(count) - count, channels, dtype=text.dtype)], dim=1)
    place = torch.arange(text.shape[1])[None]
    text = torch.where((place < length)[..., None], text, module.cap_pad_token)
    # Learned tokens count on behind the text, where the picture's padding does not.
    first = (place + 1).repeat(batch, 1)
    ids = torch.stack([first, 0 * first, 0 * first], dim=-1)
    return text, angles(ids, module.axes_dims, module.rope_theta), place < whole(length)


Z_IMAGE = Family(
    classes=("ZImagePipeline", "ZImageImg2ImgPipeline"),
    parts=(
        Part("text_encoder", "text_encoder", all_states),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder),
    ),
)
