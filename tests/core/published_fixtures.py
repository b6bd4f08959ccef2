"""Models in the names of the libraries that publish them, each part as a trainer or converter spells it."""

from collections.abc import Mapping

from tests.core.model_fixtures import Case, Tensors

Shapes = Mapping[str, tuple[int, ...]]

PUBLISHED: list[Case] = []


def _blocks(word: str, count: int, shapes: Shapes) -> dict[str, tuple[int, ...]]:
    return {f"{word}.{index}.{name}": shape for index in range(count) for name, shape in shapes.items()}


def _published(name: str, kind: str, family: str | None, shapes: Shapes, form: str = "safetensors") -> None:
    tensors: Tensors = {name: ("BF16", shape) for name, shape in shapes.items()}
    PUBLISHED.append(Case(name, kind, family, tensors, format=form))


def _wan_diffusers(w: int, ch: int, ffn: int, n: int, img: bool = False) -> dict[str, tuple[int, ...]]:
    return {
        "patch_embedding.weight": (w, ch, 1, 2, 2),
        "condition_embedder.time_embedder.linear_1.weight": (w, 256),
        "condition_embedder.text_embedder.linear_1.weight": (w, 4096),
        "condition_embedder.time_proj.weight": (6 * w, w),
        "proj_out.weight": (64, w),
        "scale_shift_table": (1, 2, w),
        **(
            {
                "condition_embedder.image_embedder.ff.net.0.proj.weight": (1280, 1280),
                "condition_embedder.image_embedder.norm1.weight": (1280,),
            }
            if img
            else {}
        ),
        **_blocks(
            "blocks",
            n,
            {
                **{f"attn{a}.to_{x}.weight": (w, w) for a in (1, 2) for x in "qkv"},
                **{f"attn{a}.norm_q.weight": (w,) for a in (1, 2)},
                **({"attn2.add_k_proj.weight": (w, w)} if img else {}),
                "ffn.net.0.proj.weight": (ffn, w),
                "scale_shift_table": (1, 6, w),
            },
        ),
    }


_published("wan21 1.3B diffusers", "diffusion_model", "wan21", _wan_diffusers(1536, 16, 8960, 30))
_published("wan 14B diffusers", "diffusion_model", "wan21", _wan_diffusers(5120, 16, 13824, 40))
_published("wan21 i2v diffusers", "diffusion_model", "wan21", _wan_diffusers(5120, 36, 13824, 40, True))
_published("wan22 i2v diffusers", "diffusion_model", "wan22", _wan_diffusers(5120, 36, 13824, 40))
_published("wan22 5B diffusers", "diffusion_model", "wan22", _wan_diffusers(3072, 48, 14336, 30))


def _wan_original(w: int, ch: int, ffn: int, n: int) -> dict[str, tuple[int, ...]]:
    return {
        "patch_embedding.weight": (w, ch, 1, 2, 2),
        "text_embedding.0.weight": (w, 4096),
        "time_embedding.0.weight": (w, 256),
        "time_projection.1.weight": (6 * w, w),
        "head.head.weight": (192 if ch == 48 else 64, w),
        "head.modulation": (1, 2, w),
        **_blocks(
            "blocks",
            n,
            {
                **{f"{a}.{x}.weight": (w, w) for a in ("self_attn", "cross_attn") for x in "qkvo"},
                "self_attn.norm_q.weight": (w,),
                "cross_attn.norm_q.weight": (w,),
                "norm3.weight": (w,),
                "ffn.0.weight": (ffn, w),
                "ffn.2.weight": (w, ffn),
                "modulation": (1, 6, w),
            },
        ),
    }


_published(
    "wan21 vace 1.3B",
    "diffusion_model",
    "wan21",
    {
        **_wan_original(1536, 16, 8960, 30),
        **_blocks(
            "vace_blocks",
            15,
            {"before_proj.weight": (1536, 1536), "after_proj.weight": (1536, 1536), "self_attn.q.weight": (1536, 1536)},
        ),
        "vace_patch_embedding.weight": (1536, 96, 1, 2, 2),
    },
)
_published(
    "wan vace 14B",
    "diffusion_model",
    "wan21",
    {
        **_wan_original(5120, 16, 13824, 40),
        **_blocks(
            "vace_blocks",
            8,
            {"before_proj.weight": (5120, 5120), "after_proj.weight": (5120, 5120), "self_attn.q.weight": (5120, 5120)},
        ),
        "vace_patch_embedding.weight": (5120, 96, 1, 2, 2),
    },
)
_published(
    "vace module alone",
    "other",
    None,
    {
        **_blocks(
            "vace_blocks",
            8,
            {
                "before_proj.weight": (5120, 5120),
                "after_proj.weight": (5120, 5120),
                "self_attn.q.weight": (5120, 5120),
                "cross_attn.norm_q.weight": (5120,),
            },
        ),
        "vace_patch_embedding.weight": (5120, 96, 1, 2, 2),
    },
)
_published(
    "wan21 fun control",
    "diffusion_model",
    "wan21",
    {
        **_wan_original(1536, 48, 8960, 30),
        "img_emb.proj.0.weight": (1280,),
        "ref_conv.weight": (1536, 16, 2, 2),
        **_blocks("blocks", 30, {"cross_attn.k_img.weight": (1536, 1536)}),
    },
)
_published(
    "wan22 animate",
    "diffusion_model",
    "wan22",
    {
        **_wan_original(5120, 36, 13824, 40),
        "img_emb.proj.0.weight": (1280,),
        "face_encoder.conv1_local.conv.weight": (1024, 512, 3),
        "motion_encoder.enc.fc.0.weight": (512, 512),
        **_blocks("face_adapter.fuser_blocks", 8, {"linear1_kv.weight": (10240, 5120)}),
        "pose_patch_embedding.weight": (5120, 16, 1, 2, 2),
    },
)
_published(
    "wan22 s2v",
    "diffusion_model",
    "wan22",
    {
        **_wan_original(5120, 16, 13824, 40),
        "casual_audio_encoder.weights": (1, 25, 1, 1),
        **_blocks("audio_injector.injector", 12, {"q.weight": (5120, 5120)}),
        "trainable_cond_mask.weight": (3, 5120),
    },
)
_published(
    "hunyuan fp8 comfy",
    "diffusion_model",
    "hunyuan-video",
    {
        "img_in.proj.weight": (3072, 16, 1, 2, 2),
        "txt_in.individual_token_refiner.blocks.0.norm1.weight": (3072,),
        "txt_in.input_embedder.weight": (3072, 4096),
        "vector_in.in_layer.weight": (3072, 768),
        "guidance_in.in_layer.weight": (3072, 256),
        "time_in.in_layer.weight": (3072, 256),
        **_blocks("double_blocks", 20, {"img_attn.qkv.weight": (9216, 3072), "img_mod.lin.weight": (18432, 3072)}),
        **_blocks("single_blocks", 40, {"linear1.weight": (21504, 3072)}),
        "final_layer.linear.weight": (64, 3072),
    },
)
_published(
    "framepack diffusers",
    "diffusion_model",
    "hunyuan-video",
    {
        "clean_x_embedder.proj.weight": (3072, 16, 1, 2, 2),
        "context_embedder.token_refiner.refiner_blocks.0.attn.to_q.weight": (3072, 3072),
        "image_projection.up.weight": (9216, 1152),
        "x_embedder.proj.weight": (3072, 16, 1, 2, 2),
        **_blocks("transformer_blocks", 20, {"attn.to_q.weight": (3072, 3072)}),
        **_blocks(
            "single_transformer_blocks", 40, {"attn.to_q.weight": (3072, 3072), "proj_mlp.weight": (12288, 3072)}
        ),
        "time_text_embed.text_embedder.linear_1.weight": (3072, 768),
    },
)
_published(
    "flux schnell diffusers",
    "diffusion_model",
    "flux1",
    {
        "x_embedder.weight": (3072, 64),
        "context_embedder.weight": (3072, 4096),
        "time_text_embed.timestep_embedder.linear_1.weight": (3072, 256),
        "time_text_embed.text_embedder.linear_1.weight": (3072, 768),
        **_blocks(
            "transformer_blocks",
            19,
            {
                "attn.to_q.weight": (3072, 3072),
                "attn.add_k_proj.weight": (3072, 3072),
                "norm1.linear.weight": (18432, 3072),
            },
        ),
        **_blocks(
            "single_transformer_blocks", 38, {"attn.to_q.weight": (3072, 3072), "proj_mlp.weight": (12288, 3072)}
        ),
        "proj_out.weight": (64, 3072),
    },
)
_published(
    "chroma diffusers",
    "diffusion_model",
    "chroma",
    {
        "distilled_guidance_layer.in_proj.weight": (5120, 64),
        "context_embedder.weight": (3072, 4096),
        "x_embedder.weight": (3072, 64),
        **_blocks("transformer_blocks", 19, {"attn.to_q.weight": (3072, 3072)}),
        **_blocks("single_transformer_blocks", 38, {"attn.to_q.weight": (3072, 3072)}),
    },
)
_published(
    "lumina2 diffusers",
    "diffusion_model",
    "lumina2",
    {
        "x_embedder.weight": (2304, 64),
        "time_caption_embed.caption_embedder.1.weight": (2304, 2304),
        "time_caption_embed.caption_embedder.0.weight": (2304,),
        **_blocks("noise_refiner", 2, {"attn.to_q.weight": (2304, 2304)}),
        **_blocks("context_refiner", 2, {"attn.to_q.weight": (2304, 2304)}),
        **_blocks("layers", 26, {"attn.to_q.weight": (2304, 2304)}),
        "norm_out.linear_1.weight": (1024, 1024),
    },
)
_published(
    "mochi diffusers",
    "diffusion_model",
    "mochi",
    {
        "patch_embed.proj.weight": (3072, 12, 2, 2),
        "time_embed.caption_proj.weight": (1536, 4096),
        "time_embed.pooler.to_kv.weight": (8192, 4096),
        **_blocks(
            "transformer_blocks", 48, {"attn1.to_q.weight": (3072, 3072), "attn1.add_k_proj.weight": (3072, 1536)}
        ),
        "proj_out.weight": (48, 3072),
    },
)
_published(
    "auraflow diffusers",
    "diffusion_model",
    "auraflow",
    {
        "context_embedder.weight": (3072, 2048),
        "pos_embed.register_tokens": (1, 8, 3072),
        "register_tokens": (1, 8, 3072),
        "pos_embed.pos_embed": (1, 9216, 3072),
        **_blocks("joint_transformer_blocks", 4, {"attn.to_q.weight": (3072, 3072)}),
        **_blocks("single_transformer_blocks", 32, {"attn.to_q.weight": (3072, 3072)}),
        "proj_out.weight": (16, 3072),
    },
)
_published(
    "hidream diffusers/comfy",
    "diffusion_model",
    "hidream",
    {
        "t_embedder.timestep_embedder.linear_1.weight": (2560, 256),
        "p_embedder.pooled_embedder.linear_1.weight": (2560, 2048),
        "x_embedder.proj.weight": (2560, 64),
        **{f"caption_projection.{i}.linear.weight": (2560, 4096) for i in range(49)},
        **_blocks("double_stream_blocks", 16, {"block.attn1.to_q.weight": (2560, 2560)}),
        **_blocks("single_stream_blocks", 32, {"block.attn1.to_q.weight": (2560, 2560)}),
    },
)
_published(
    "omnigen2 diffusers",
    "diffusion_model",
    "omnigen2",
    {
        "image_index_embedding": (5, 2520),
        "x_embedder.weight": (2520, 64),
        "time_caption_embed.caption_embedder.1.weight": (2520, 2048),
        **_blocks("noise_refiner", 2, {"attn.to_q.weight": (2520, 2520)}),
        **_blocks("ref_image_refiner", 2, {"attn.to_q.weight": (2520, 2520)}),
        **_blocks("layers", 32, {"attn.to_q.weight": (2520, 2520)}),
    },
)
_published(
    "cosmos predict2 diffusers",
    "diffusion_model",
    "cosmos",
    {
        "patch_embed.proj.weight": (2048, 68),
        "time_embed.t_embedder.linear_1.weight": (2048, 2048),
        "time_embed.norm.weight": (2048,),
        **_blocks(
            "transformer_blocks",
            28,
            {
                "norm1.linear_1.weight": (256, 2048),
                "attn1.to_q.weight": (2048, 2048),
                "attn2.to_q.weight": (2048, 2048),
                "attn2.to_k.weight": (2048, 1024),
            },
        ),
        "proj_out.weight": (64, 2048),
    },
)
_published(
    "cosmos 1 7B",
    "diffusion_model",
    "cosmos",
    {
        "net.affline_norm.weight": (4096,),
        "net.x_embedder.proj.1.weight": (4096, 68),
        "net.t_embedder.1.linear_1.weight": (4096, 4096),
        **{f"net.blocks.block{i}.blocks.0.block.attn.to_q.0.weight": (4096, 4096) for i in range(28)},
        "net.final_layer.linear.weight": (64, 4096),
    },
)
_published(
    "hunyuandit diffusers",
    "diffusion_model",
    "hunyuan-dit",
    {
        "time_extra_emb.pooler.k_proj.weight": (2048, 2048),
        "time_extra_emb.timestep_embedder.linear_1.weight": (1408, 256),
        "text_embedder.linear_1.weight": (8192, 2048),
        "text_embedding_padding": (333, 1024),
        **_blocks("blocks", 40, {"attn1.to_q.weight": (1408, 1408), "attn2.to_k.weight": (1408, 1024)}),
        "pos_embed.proj.weight": (1408, 4, 2, 2),
    },
)
_published(
    "sd3 diffusers",
    "diffusion_model",
    "sd3",
    {
        "pos_embed.pos_embed": (1, 36864, 1536),
        "pos_embed.proj.weight": (1536, 16, 2, 2),
        "context_embedder.weight": (1536, 4096),
        "time_text_embed.text_embedder.linear_1.weight": (1536, 2048),
        **_blocks(
            "transformer_blocks",
            24,
            {
                "attn.to_q.weight": (1536, 1536),
                "attn.add_q_proj.weight": (1536, 1536),
                "norm1.linear.weight": (9216, 1536),
            },
        ),
        "proj_out.weight": (64, 1536),
    },
)
_published(
    "cascade C diffusers",
    "diffusion_model",
    "cascade",
    {
        "clip_txt_mapper.weight": (2048, 1280),
        "clip_txt_pooled_mapper.weight": (8192, 1280),
        "clip_img_mapper.weight": (8192, 768),
        "down_blocks.0.0.channelwise.0.weight": (8192, 2048),
        "embedding.1.weight": (2048, 16, 1, 1),
    },
)
_published(
    "cascade B lite",
    "diffusion_model",
    "cascade",
    {
        "effnet_mapper.0.weight": (1280, 16, 1, 1),
        "pixels_mapper.0.weight": (1280, 3, 1, 1),
        "clip_mapper.weight": (5120, 1280),
        "down_blocks.0.0.channelwise.0.weight": (1280, 320),
        "clf.1.weight": (16, 320, 1, 1),
    },
)
_published(
    "ltx 2",
    "diffusion_model",
    "ltx",
    {
        "patchify_proj.weight": (4096, 128),
        "adaln_single.linear.weight": (24576, 4096),
        "audio_patchify_proj.weight": (2048, 128),
        "av_ca_video_scale_shift_adaln_single.linear.weight": (1, 1),
        **_blocks(
            "transformer_blocks", 48, {"attn1.to_q.weight": (4096, 4096), "audio_attn1.to_q.weight": (2048, 2048)}
        ),
    },
)
_published(
    "zeroscope",
    "diffusion_model",
    None,
    {
        "conv_in.weight": (320, 4, 3, 3),
        "transformer_in.proj_in.weight": (512, 320),
        "time_embedding.linear_1.weight": (1280, 320),
        **{
            f"{b}.{i}.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 1024)
            for b in ("down_blocks", "up_blocks")
            for i in range(4)
        },
        "down_blocks.0.temp_convs.0.conv1.2.weight": (320, 320, 3, 1, 1),
        "conv_out.weight": (4, 320, 3, 3),
    },
)
_published(
    "ic-light",
    "diffusion_model",
    "sd15",
    {
        "conv_in.weight": (320, 8, 3, 3),
        **{
            f"{b}.{i}.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 768)
            for b in ("down_blocks", "up_blocks")
            for i in (1, 2)
        },
    },
)
_published(
    "ssd-1b",
    "diffusion_model",
    "sdxl",
    {
        "conv_in.weight": (320, 4, 3, 3),
        "add_embedding.linear_1.weight": (1280, 2816),
        "time_embedding.linear_1.weight": (1280, 320),
        "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (1280, 2048),
        "conv_out.weight": (4, 320, 3, 3),
    },
)
# VAEs
_published(
    "taew2.1",
    "vae",
    None,
    {
        "encoder.0.weight": (64, 3, 3, 3),
        "encoder.2.conv.weight": (64, 64, 1, 1),
        "encoder.4.conv.0.weight": (64, 128, 3, 3),
        "decoder.1.weight": (256, 16, 3, 3),
        "decoder.3.conv.0.weight": (256, 512, 3, 3),
    },
)
_published(
    "taesd diffusers",
    "vae",
    None,
    {
        "encoder.layers.0.weight": (64, 3, 3, 3),
        "encoder.layers.1.conv.0.weight": (64, 64, 3, 3),
        "decoder.layers.0.weight": (64, 4, 3, 3),
        "decoder.layers.2.conv.0.weight": (64, 64, 3, 3),
    },
)
_published(
    "taesd encoder",
    "vae",
    None,
    {"0.weight": (64, 3, 3, 3), "1.conv.0.weight": (64, 64, 3, 3), "14.weight": (4, 64, 3, 3)},
)
_published(
    "kl-vae diffusers",
    "vae",
    None,
    {
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "encoder.down_blocks.0.resnets.0.conv1.weight": (128, 128, 3, 3),
        "decoder.conv_in.weight": (512, 4, 3, 3),
        "decoder.mid_block.attentions.0.to_q.weight": (512, 512),
        "quant_conv.weight": (8, 8, 1, 1),
        "post_quant_conv.weight": (4, 4, 1, 1),
    },
)
_published(
    "flux vae diffusers",
    "vae",
    None,
    {
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "encoder.down_blocks.0.resnets.0.conv1.weight": (128, 128, 3, 3),
        "decoder.conv_in.weight": (512, 16, 3, 3),
        "decoder.mid_block.attentions.0.to_q.weight": (512, 512),
    },
)
_published(
    "flux2 vae",
    "vae",
    "flux2",
    {
        "bn.running_mean": (128,),
        "bn.running_var": (128,),
        "decoder.conv_in.weight": (512, 32, 3, 3),
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "quant_conv.weight": (64, 64, 1, 1),
    },
)
_published(
    "wan vae diffusers",
    "vae",
    "wan21",
    {
        "encoder.conv_in.weight": (96, 3, 3, 3, 3),
        "decoder.conv_in.weight": (384, 16, 3, 3, 3),
        "decoder.mid_block.resnets.0.norm1.gamma": (384, 1, 1, 1),
        "quant_conv.weight": (32, 32, 1, 1, 1),
    },
)
_published(
    "wan22 vae diffusers",
    "vae",
    "wan22",
    {
        "encoder.conv_in.weight": (160, 12, 3, 3, 3),
        "decoder.conv_in.weight": (1024, 48, 3, 3, 3),
        "decoder.mid_block.resnets.0.norm1.gamma": (1024, 1, 1, 1),
        "quant_conv.weight": (96, 96, 1, 1, 1),
    },
)
_published(
    "hunyuan vae diffusers",
    "vae",
    "hunyuan-video",
    {
        "encoder.conv_in.conv.weight": (128, 3, 3, 3, 3),
        "decoder.conv_in.conv.weight": (512, 16, 3, 3, 3),
        "decoder.mid_block.attentions.0.to_q.weight": (512, 512),
        "quant_conv.weight": (32, 32, 1, 1, 1),
    },
)
_published(
    "svd vae diffusers",
    "vae",
    "svd",
    {
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "decoder.conv_in.weight": (512, 4, 3, 3),
        "decoder.mid_block.resnets.0.temporal_res_block.conv1.weight": (512, 512, 3, 1, 1),
        "decoder.time_conv_out.weight": (3, 3, 3, 1, 1),
        "quant_conv.weight": (8, 8, 1, 1),
    },
)
_published(
    "ltx vae diffusers",
    "vae",
    "ltx",
    {
        "latents_mean": (128,),
        "encoder.conv_in.conv.weight": (128, 48, 3, 3, 3),
        "decoder.conv_in.conv.weight": (512, 128, 3, 3, 3),
        "decoder.mid_block.resnets.0.conv1.conv.weight": (512, 512, 3, 3, 3),
    },
)
_published(
    "allegro vae",
    "vae",
    None,
    {
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "decoder.conv_in.weight": (512, 4, 3, 3),
        "decoder.temp_conv_in.weight": (512, 512, 3, 1, 1),
        "quant_conv.weight": (8, 8, 1, 1),
    },
)
_published(
    "dc-ae",
    "vae",
    "sana",
    {
        "encoder.conv_in.weight": (128, 3, 3, 3),
        "decoder.conv_in.weight": (1024, 32, 3, 3),
        "decoder.up_blocks.0.0.attn.to_q.weight": (1024, 1024),
    },
)
_published(
    "oobleck diffusers",
    "vae",
    "stable-audio",
    {
        "encoder.conv1.weight_g": (128, 1, 1),
        "encoder.conv1.weight_v": (128, 2, 7),
        "decoder.conv1.weight_g": (2048, 1, 1),
        "decoder.block.0.conv_t1.weight_g": (2048, 1, 1),
        "decoder.block.0.conv_t1.weight_v": (2048, 1024, 16),
    },
)
# controlnets
_published(
    "cn sd15 raw",
    "controlnet",
    "sd15",
    {
        "control_model.zero_convs.0.0.weight": (320, 320, 1, 1),
        "control_model.input_hint_block.0.weight": (16, 3, 3, 3),
        "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
        "control_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight": (1280, 768),
    },
)
_published(
    "cn sd15 diffusers",
    "controlnet",
    "sd15",
    {
        "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
        "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
        "controlnet_mid_block.weight": (1280, 1280, 1, 1),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 768),
        "conv_in.weight": (320, 4, 3, 3),
    },
)
_published(
    "cn union sdxl",
    "controlnet",
    "sdxl",
    {
        "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
        "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
        "control_add_embedding.linear_1.weight": (1280, 2048),
        "task_embedding": (8, 320),
        "transformer_layes.0.attn.in_proj_weight": (960, 320),
        "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        "add_embedding.linear_1.weight": (1280, 2816),
    },
)
_published(
    "cn kolors",
    "controlnet",
    "kolors",
    {
        "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
        "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
        "encoder_hid_proj.weight": (2048, 4096),
        "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        "add_embedding.linear_1.weight": (1280, 5632),
    },
)
_published(
    "cn flux xlabs",
    "controlnet",
    "flux1",
    {
        **_blocks("double_blocks", 2, {"img_attn.qkv.weight": (9216, 3072), "txt_attn.qkv.weight": (9216, 3072)}),
        "controlnet_blocks.0.weight": (3072, 3072),
        "input_hint_block.0.weight": (16, 3, 3, 3),
        "pos_embed_input.weight": (3072, 64),
        "img_in.weight": (3072, 64),
        "txt_in.weight": (3072, 4096),
        "vector_in.in_layer.weight": (3072, 768),
    },
)
_published(
    "cn flux union",
    "controlnet",
    "flux1",
    {
        "controlnet_mode_embedder.weight": (10, 3072),
        "controlnet_x_embedder.weight": (3072, 64),
        **_blocks("controlnet_blocks", 5, {"weight": (3072, 3072)}),
        **_blocks("controlnet_single_blocks", 10, {"weight": (3072, 3072)}),
        "context_embedder.weight": (3072, 4096),
        **_blocks("transformer_blocks", 5, {"attn.to_q.weight": (3072, 3072)}),
        **_blocks("single_transformer_blocks", 10, {"attn.to_q.weight": (3072, 3072)}),
        "time_text_embed.text_embedder.linear_1.weight": (3072, 768),
    },
)
_published(
    "cn sd3",
    "controlnet",
    "sd3",
    {
        **_blocks("controlnet_blocks", 12, {"weight": (1536, 1536)}),
        "pos_embed_input.proj.weight": (1536, 17, 2, 2),
        "context_embedder.weight": (1536, 4096),
        **_blocks("transformer_blocks", 12, {"attn.to_q.weight": (1536, 1536), "attn.add_q_proj.weight": (1536, 1536)}),
        "time_text_embed.text_embedder.linear_1.weight": (1536, 2048),
    },
)
_published(
    "cn sd35l",
    "controlnet",
    "sd35-large",
    {
        **_blocks("controlnet_blocks", 19, {"weight": (2432, 2432)}),
        "pos_embed_input.proj.weight": (2432, 16, 2, 2),
        **_blocks("transformer_blocks", 19, {"attn.to_q.weight": (2432, 2432)}),
        "time_text_embed.text_embedder.linear_1.weight": (2432, 2048),
    },
)
_published(
    "cn sd35l orig",
    "controlnet",
    "sd35-large",
    {
        "control_model.pos_embed": (1, 36864, 2432),
        **_blocks("controlnet_blocks", 19, {"weight": (2432, 2432)}),
        "pos_embed_input.proj.weight": (2432, 16, 2, 2),
        **_blocks("transformer_blocks", 19, {"attn.qkv.weight": (7296, 2432)}),
    },
)
_published(
    "cn qwen",
    "controlnet",
    "qwen-image",
    {
        **_blocks("controlnet_blocks", 5, {"weight": (3072, 3072)}),
        "controlnet_x_embedder.weight": (3072, 64),
        "img_in.weight": (3072, 64),
        "txt_in.weight": (3072, 3584),
        "txt_norm.weight": (3584,),
        **_blocks("transformer_blocks", 5, {"attn.to_q.weight": (3072, 3072), "img_mod.1.weight": (18432, 3072)}),
    },
)
_published(
    "cn qwen diffsynth patch",
    "controlnet",
    "qwen-image",
    {
        **_blocks(
            "controlnet_blocks",
            60,
            {"x_rms.weight": (3072,), "y_rms.weight": (3072,), "input_proj.weight": (3072, 3072)},
        ),
        "img_in.weight": (3072, 64),
    },
)
_published(
    "cn control-lora",
    "controlnet",
    "sdxl",
    {
        "lora_controlnet": (0,),
        "input_hint_block.0.weight": (16, 3, 3, 3),
        "input_blocks.4.1.transformer_blocks.0.attn2.to_k.down": (256, 2048),
        "input_blocks.4.1.transformer_blocks.0.attn2.to_k.up": (640, 256),
        "zero_convs.0.0.weight": (320, 320, 1, 1),
    },
)
_published(
    "sparsectrl",
    "controlnet",
    "sd15",
    {
        "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
        "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 768),
        "down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight": (320, 320),
    },
)
_published(
    "cn lllite sd15?",
    "controlnet",
    "sdxl",
    {
        "lllite_unet_middle_block_1_transformer_blocks_0_attn2_to_q.conditioning1.0.weight": (16, 3, 4, 4),
        "lllite_unet_middle_block_1_transformer_blocks_0_attn2_to_q.down.0.weight": (64, 1280),
    },
)
# adapters
_published(
    "t2i sdxl diffusers",
    "t2i_adapter",
    "sdxl",
    {
        "adapter.conv_in.weight": (320, 768, 3, 3),
        "adapter.body.0.resnets.0.block1.weight": (320, 320, 3, 3),
        "adapter.body.0.resnets.0.block2.weight": (320, 320, 1, 1),
    },
)
_published(
    "t2i sd15",
    "t2i_adapter",
    "sd15",
    {
        "conv_in.weight": (320, 192, 3, 3),
        **{f"body.{i}.block1.weight": (320, 320, 3, 3) for i in range(8)},
        **{f"body.{i}.block2.weight": (320, 320, 1, 1) for i in range(8)},
    },
)
_published(
    "t2i light",
    "t2i_adapter",
    "sd15",
    {
        "body.0.in_conv.weight": (80, 192, 1, 1),
        "body.0.body.0.block1.weight": (80, 80, 3, 3),
        "body.0.out_conv.weight": (320, 80, 1, 1),
    },
)
_published(
    "ipa sdxl",
    "ip_adapter",
    "sdxl",
    {
        "image_proj.proj.weight": (8192, 1280),
        "image_proj.norm.weight": (2048,),
        "ip_adapter.1.to_k_ip.weight": (640, 2048),
        "ip_adapter.1.to_v_ip.weight": (640, 2048),
    },
)
_published(
    "ipa plus sd15",
    "ip_adapter",
    "sd15",
    {
        "image_proj.latents": (1, 16, 768),
        "image_proj.proj_in.weight": (768, 1280),
        "image_proj.layers.0.0.to_q.weight": (768, 768),
        "ip_adapter.1.to_k_ip.weight": (320, 768),
    },
)
_published(
    "ipa flux instantx",
    "ip_adapter",
    "flux1",
    {
        "image_proj.proj.0.weight": (2304, 1152),
        "image_proj.norm.weight": (4096,),
        "ip_adapter.0.to_k_ip.weight": (3072, 4096),
    },
)
_published(
    "instantid",
    "ip_adapter",
    "sdxl",
    {
        "image_proj.latents": (1, 16, 1280),
        "image_proj.proj_in.weight": (1280, 512),
        "ip_adapter.1.to_k_ip.weight": (640, 2048),
    },
)
_published(
    "ipa sd15 state-less diffusers attn procs",
    "ip_adapter",
    "sd15",
    {"image_proj.proj.weight": (3072, 1024), "ip_adapter.1.to_k_ip.weight": (320, 768)},
)
# motion
_published(
    "motion adapter diffusers",
    "motion_module",
    "sd15",
    {
        f"down_blocks.{i}.motion_modules.{j}.{n}": s
        for i in range(4)
        for j in range(2)
        for n, s in {
            "transformer_blocks.0.attn1.to_q.weight": (320, 320),
            "norm.weight": (320,),
            "proj_in.weight": (320, 320),
            "transformer_blocks.0.pos_embed.pe": (1, 32, 320),
        }.items()
    },
)
_published(
    "motion sd15 v3",
    "motion_module",
    "sd15",
    {
        f"down_blocks.{i}.motion_modules.{j}.temporal_transformer.{n}": s
        for i in range(4)
        for j in range(2)
        for n, s in {
            "transformer_blocks.0.attention_blocks.0.to_q.weight": (320, 320),
            "norm.weight": (320,),
            "transformer_blocks.0.attention_blocks.0.pos_encoder.pe": (1, 32, 320),
        }.items()
    },
)
_published(
    "motion module. prefix",
    "motion_module",
    "sd15",
    {
        f"module.down_blocks.{i}.motion_modules.{j}.temporal_transformer.norm.weight": (320,)
        for i in range(4)
        for j in range(2)
    },
)
_published(
    "hotshot",
    "motion_module",
    "sdxl",
    {
        f"down_blocks.{i}.temporal_attentions.{j}.transformer_blocks.0.attn1.to_q.weight": (320, 320)
        for i in range(3)
        for j in range(2)
    },
)
_ADAPTED = "motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.processor.to_q_lora"
_published(
    "motion lora",
    "lora",
    "sd15",
    {
        f"down_blocks.{level}.{_ADAPTED}.{part}.weight": shape
        for level in range(4)
        for part, shape in (("down", (32, 320)), ("up", (320, 32)))
    },
)
# TE
_published(
    "clip g",
    "text_encoder",
    None,
    {
        "text_model.embeddings.token_embedding.weight": (49408, 1280),
        "text_model.encoder.layers.31.self_attn.q_proj.weight": (1280, 1280),
        "text_projection.weight": (1280, 1280),
    },
)
_published(
    "t5xxl",
    "text_encoder",
    None,
    {
        "shared.weight": (32128, 4096),
        "encoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096),
        "encoder.final_layer_norm.weight": (4096,),
    },
)
_published(
    "t5 full with decoder",
    "text_encoder",
    None,
    {
        "shared.weight": (32128, 4096),
        "encoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096),
        "decoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096),
        "lm_head.weight": (32128, 4096),
    },
)
_published(
    "qwen25vl",
    "text_encoder",
    None,
    {
        "model.embed_tokens.weight": (152064, 3584),
        "model.layers.0.self_attn.q_proj.weight": (3584, 3584),
        "model.layers.0.mlp.gate_proj.weight": (18944, 3584),
        "visual.blocks.0.attn.qkv.weight": (3840, 1280),
        "lm_head.weight": (152064, 3584),
    },
)
_published(
    "mistral24",
    "text_encoder",
    None,
    {
        "model.embed_tokens.weight": (131072, 5120),
        "model.layers.0.self_attn.q_proj.weight": (4096, 5120),
        "model.layers.0.mlp.gate_proj.weight": (32768, 5120),
    },
)
_published(
    "gemma2",
    "text_encoder",
    None,
    {
        "model.embed_tokens.weight": (256000, 2304),
        "model.layers.0.self_attn.q_proj.weight": (2048, 2304),
        "model.layers.0.mlp.gate_proj.weight": (9216, 2304),
    },
)
_published(
    "gemma3 12b",
    "text_encoder",
    None,
    {
        "model.embed_tokens.weight": (262208, 3840),
        "model.layers.0.self_attn.q_proj.weight": (4096, 3840),
        "model.layers.0.mlp.gate_proj.weight": (15360, 3840),
        "vision_model.encoder.layers.0.self_attn.q_proj.weight": (1152, 1152),
    },
)
_published(
    "byt5",
    "text_encoder",
    None,
    {"shared.weight": (1510, 1472), "encoder.block.0.layer.0.SelfAttention.q.weight": (384, 1472)},
)
_published(
    "siglip full",
    "clip_vision",
    None,
    {
        "vision_model.encoder.layers.0.self_attn.q_proj.weight": (1152, 1152),
        "text_model.encoder.layers.0.self_attn.q_proj.weight": (1152, 1152),
        "logit_bias": (1,),
        "vision_model.head.probe": (1, 1, 1152),
    },
)
_published(
    "clip vision bigG openclip",
    "clip_vision",
    None,
    {
        "visual.transformer.resblocks.0.attn.in_proj_weight": (4992, 1664),
        "visual.conv1.weight": (1664, 3, 14, 14),
        "visual.proj": (1664, 1280),
    },
)
_published(
    "mixtral",
    "llm",
    None,
    {
        "model.embed_tokens.weight": (32000, 4096),
        "model.layers.0.self_attn.q_proj.weight": (4096, 4096),
        "model.layers.0.block_sparse_moe.gate.weight": (8, 4096),
    },
)
_published(
    "phi3",
    "llm",
    None,
    {
        "model.embed_tokens.weight": (32064, 3072),
        "model.layers.0.self_attn.qkv_proj.weight": (9216, 3072),
        "model.layers.0.mlp.gate_up_proj.weight": (16384, 3072),
    },
)
_published(
    "bert",
    "other",
    None,
    {
        "bert.embeddings.word_embeddings.weight": (30522, 768),
        "bert.encoder.layer.0.attention.self.query.weight": (768, 768),
    },
)
_published(
    "sam",
    "other",
    None,
    {
        "mask_decoder.iou_token.weight": (1, 256),
        "image_encoder.blocks.0.attn.qkv.weight": (3840, 1280),
        "prompt_encoder.point_embeddings.0.weight": (1, 256),
        "image_encoder.patch_embed.proj.weight": (1280, 3, 16, 16),
    },
)
_published(
    "depth anything",
    "other",
    None,
    {
        "backbone.encoder.layer.0.attention.attention.query.weight": (1024, 1024),
        "neck.reassemble_stage.layers.0.projection.weight": (256, 1024, 1, 1),
        "head.conv1.weight": (128, 256, 3, 3),
    },
)
_published(
    "depth anything v2 orig",
    "other",
    None,
    {
        "pretrained.blocks.0.attn.qkv.weight": (3072, 1024),
        "pretrained.patch_embed.proj.weight": (1024, 3, 14, 14),
        "pretrained.cls_token": (1, 1, 1024),
        "depth_head.projects.0.weight": (256, 1024, 1, 1),
    },
)
_published(
    "optimizer state", "unknown", None, {"state.0.exp_avg": (320, 320), "state.0.exp_avg_sq": (320, 320)}, form="torch"
)
# embeddings
_published("ti pickle ldm", "embedding", "sd15", {"string_to_token.*": (), "string_to_param.*": (2, 768)}, form="torch")
_published("ti sdxl", "embedding", "sdxl", {"clip_l": (8, 768), "clip_g": (8, 1280)})
_published("ti flux", "embedding", "flux1", {"clip_l": (8, 768), "t5xxl": (8, 4096)})
_published("ti sd3", "embedding", "sd3", {"clip_l": (8, 768), "clip_g": (8, 1280), "t5xxl": (8, 4096)})
# upscalers
_published(
    "esrgan old",
    "upscaler",
    None,
    {
        "model.0.weight": (64, 3, 3, 3),
        "model.1.sub.0.RDB1.conv1.0.weight": (32, 64, 3, 3),
        "model.3.weight": (64, 64, 3, 3),
    },
)
_published(
    "swinir",
    "upscaler",
    None,
    {
        "conv_first.weight": (180, 3, 3, 3),
        "layers.0.residual_group.blocks.0.attn.qkv.weight": (540, 180),
        "conv_after_body.weight": (180, 180, 3, 3),
        "upsample.0.weight": (256, 64, 3, 3),
        "conv_last.weight": (3, 64, 3, 3),
    },
)
_published(
    "span",
    "upscaler",
    None,
    {
        "conv_1.sk.weight": (48, 3, 1, 1),
        "block_1.c1_r.eval_conv.weight": (48, 48, 3, 3),
        "conv_cat.weight": (48, 192, 1, 1),
        "upsampler.0.weight": (48, 48, 3, 3),
    },
)
_published(
    "realplksr",
    "upscaler",
    None,
    {
        "feats.0.weight": (64, 3, 3, 3),
        "feats.1.lk.conv.weight": (16, 16, 17, 17),
        "feats.1.channe_mixer.0.weight": (128, 64, 3, 3),
        "to_img.weight": (48, 64, 3, 3),
    },
)
_published(
    "omnisr",
    "upscaler",
    None,
    {
        "residual_layer.0.residual_layer.0.layer.0.fn.0.weight": (64, 64, 1, 1),
        "input.weight": (64, 3, 3, 3),
        "up.0.weight": (48, 64, 3, 3),
    },
)
_published(
    "atd",
    "upscaler",
    None,
    {
        "conv_first.weight": (210, 3, 3, 3),
        "layers.0.residual_group.layers.0.attn_win.proj.weight": (210, 210),
        "conv_after_body.weight": (210, 210, 3, 3),
        "upsample.0.weight": (256, 64, 3, 3),
    },
)
_published(
    "drct",
    "upscaler",
    None,
    {
        "conv_first.weight": (180, 3, 3, 3),
        "layers.0.swin1.attn.qkv.weight": (540, 180),
        "layers.0.adjust1.weight": (32, 180, 1, 1),
        "conv_after_body.weight": (180, 180, 3, 3),
        "conv_last.weight": (3, 64, 3, 3),
    },
)
_published(
    "gfpgan",
    "upscaler",
    None,
    {
        "stylegan_decoder.style_mlp.1.weight": (512, 512),
        "conv_body_first.weight": (32, 3, 1, 1),
        "stylegan_decoder.style_conv1.weight": (1,),
    },
)
_published(
    "codeformer",
    "upscaler",
    None,
    {
        "quantize.embedding.weight": (1024, 256),
        "fuse_convs_dict.32.encode_enc.conv1.weight": (1,),
        "encoder.blocks.0.weight": (64, 3, 3, 3),
    },
)
_published(
    "scunet",
    "upscaler",
    None,
    {"m_head.0.weight": (64, 3, 3, 3), "m_down1.0.trans_block.ln1.weight": (32,), "m_tail.0.weight": (3, 64, 3, 3)},
)
