"""Models in miniature: the telling tensors of each family and kind, made up for the tests from the published shapes."""

from dataclasses import dataclass, field

Tensors = dict[str, tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Case:
    """One file in miniature and the answer we owe for it."""

    name: str
    kind: str
    family: str | None
    tensors: Tensors
    metadata: dict[str, str] = field(default_factory=dict)
    format: str = "safetensors"
    also: tuple[str, ...] = ()
    variant: str | None = None


def make(dtype: str = "BF16", /, **named: tuple[int, ...]) -> Tensors:
    """Tensors from keyword names, double underscores standing for dots."""
    return {name.replace("__", "."): (dtype, shape) for name, shape in named.items()}


def of(shapes: dict[str, tuple[int, ...]], dtype: str = "BF16", prefix: str = "") -> Tensors:
    """Tensors of one type."""
    return {prefix + name: (dtype, shape) for name, shape in shapes.items()}


def low_rank(layers: dict[str, tuple[int, int]], rank: int = 8, style: str = "kohya") -> Tensors:
    """A low-rank pair for each layer, whose size is (out, in)."""
    down, up = (".lora_down.weight", ".lora_up.weight") if style == "kohya" else (".lora_A.weight", ".lora_B.weight")
    tensors: Tensors = {}
    for name, (out, into) in layers.items():
        tensors[name + down] = ("F16", (rank, into))
        tensors[name + up] = ("F16", (out, rank))
    return tensors


def unet(width: int, first: tuple[int, ...] = (320, 4, 3, 3), levels: int = 4, prefix: str = "") -> Tensors:
    """A U-Net in original names whose text is `width` wide."""
    shapes: dict[str, tuple[int, ...]] = {
        "input_blocks.0.0.weight": first,
        "time_embed.0.weight": (1280, 320),
        "middle_block.1.transformer_blocks.0.attn2.to_k.weight": (1280, width),
        "out.2.weight": (4, 320, 3, 3),
    }
    for level in range(1, levels):
        shapes[f"input_blocks.{level}.1.transformer_blocks.0.attn2.to_k.weight"] = (320, width)
        shapes[f"output_blocks.{level}.1.transformer_blocks.0.attn2.to_k.weight"] = (320, width)
    return of(shapes, "F16", prefix)


def flux(depth: int = 19, single: int = 38, width: int = 3072, text: int = 4096, guided: bool = True) -> Tensors:
    """Flux.1 in its own names."""
    shapes: dict[str, tuple[int, ...]] = {
        "img_in.weight": (width, 64),
        "txt_in.weight": (width, text),
        "vector_in.in_layer.weight": (width, 768),
        "time_in.in_layer.weight": (width, 256),
        "final_layer.linear.weight": (64, width),
    }
    if guided:
        shapes["guidance_in.in_layer.weight"] = (width, 256)
    for index in (0, depth - 1):
        shapes[f"double_blocks.{index}.img_attn.qkv.weight"] = (3 * width, width)
        shapes[f"double_blocks.{index}.img_mod.lin.weight"] = (6 * width, width)
    for index in (0, single - 1):
        shapes[f"single_blocks.{index}.linear1.weight"] = (7 * width, width)
        shapes[f"single_blocks.{index}.modulation.lin.weight"] = (3 * width, width)
    return of(shapes)


def wan(width: int, channels: int, blocks: int, **more: tuple[int, ...]) -> Tensors:
    """Wan in its own names."""
    last = blocks - 1
    return of(
        {
            "patch_embedding.weight": (width, channels, 1, 2, 2),
            "head.modulation": (1, 2, width),
            "head.head.weight": (192 if channels == 48 else 64, width),
            "blocks.0.cross_attn.norm_q.weight": (width,),
            f"blocks.{last}.self_attn.q.weight": (width, width),
            "blocks.0.modulation": (1, 6, width),
        }
    ) | make(**more)


def image_vae(channels: int, prefix: str = "") -> Tensors:
    """The usual image VAE with so many latent channels."""
    return of(
        {
            "decoder.conv_in.weight": (512, channels, 3, 3),
            "decoder.up.0.block.0.conv1.weight": (128, 128, 3, 3),
            "encoder.conv_in.weight": (128, 3, 3, 3),
        },
        "F32",
        prefix,
    )


def clip_text(prefix: str = "", width: int = 768) -> Tensors:
    """A CLIP text encoder."""
    return of(
        {
            "text_model.embeddings.token_embedding.weight": (49408, width),
            "text_model.encoder.layers.0.self_attn.q_proj.weight": (width, width),
            "text_model.encoder.layers.11.self_attn.q_proj.weight": (width, width),
        },
        "F16",
        prefix,
    )


def language_model(vocabulary: int, width: int, prefix: str = "model.") -> Tensors:
    """A decoder-only language model."""
    return of(
        {
            "embed_tokens.weight": (vocabulary, width),
            "layers.0.self_attn.q_proj.weight": (width, width),
            "layers.0.mlp.gate_proj.weight": (width * 2, width),
            "norm.weight": (width,),
        },
        "BF16",
        prefix,
    )


SDXL_TEXT = of({"conditioner.embedders.0.transformer.text_model.final_layer_norm.weight": (768,)}, "F16")
KOHYA_SDXL = "lora_unet_input_blocks_4_1_transformer_blocks_1_"

CASES: tuple[Case, ...] = (
    Case(
        "sd15 checkpoint",
        "checkpoint",
        "sd15",
        unet(768, prefix="model.diffusion_model.") | image_vae(4, "first_stage_model."),
    ),
    Case("sd15 inpainting", "diffusion_model", "sd15", unet(768, (320, 9, 3, 3)), variant="inpainting"),
    Case(
        "merged checkpoint with low-rank rests",
        "checkpoint",
        "sd15",
        unet(768, prefix="model.diffusion_model.")
        | image_vae(4, "first_stage_model.")
        | low_rank({"lora_unet_x": (320, 768)}),
    ),
    Case("sd2 denoiser", "diffusion_model", "sd2", unet(1024)),
    Case("x4 upscaler is sd2", "diffusion_model", "sd2", unet(1024, (256, 7, 3, 3)), variant="upscaler-x4"),
    Case("sdxl checkpoint", "checkpoint", "sdxl", unet(2048, prefix="model.diffusion_model.") | SDXL_TEXT),
    Case(
        "sdxl in nf4, widths packed away",
        "diffusion_model",
        "sdxl",
        {
            "input_blocks.0.0.weight": ("F16", (320, 4, 3, 3)),
            "output_blocks.0.0.in_layers.2.weight": ("F16", (320, 640, 3, 3)),
            "label_emb.0.0.weight": ("U8", (1280 * 2816 // 2, 1)),
            "label_emb.0.0.weight.absmax": ("F32", (100,)),
            "label_emb.0.0.bias": ("F16", (1280,)),
        },
    ),
    Case("sdxl refiner", "diffusion_model", "sdxl-refiner", unet(1280, (384, 4, 3, 3))),
    Case(
        "svd",
        "diffusion_model",
        "svd",
        unet(1024, (320, 8, 3, 3)) | make(input_blocks__1__1__time_stack__0__attn1__to_q__weight=(320, 320)),
    ),
    Case(
        "svd vae", "vae", "svd", image_vae(4) | make(decoder__up__0__block__0__time_stack__in_layers__0__weight=(128,))
    ),
    Case(
        "kolors",
        "diffusion_model",
        "kolors",
        of(
            {
                "conv_in.weight": (320, 4, 3, 3),
                "encoder_hid_proj.weight": (2048, 4096),
                "add_embedding.linear_1.weight": (1280, 5632),
                "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
                "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (1280, 2048),
            }
        ),
    ),
    Case(
        "kandinsky 2.2 has no attn2",
        "diffusion_model",
        "kandinsky22",
        of(
            {
                "add_embedding.image_norm.weight": (1280,),
                "down_blocks.1.attentions.0.add_k_proj.weight": (768, 768),
                "up_blocks.0.attentions.0.add_k_proj.weight": (768, 768),
                "conv_in.weight": (384, 4, 3, 3),
            }
        ),
    ),
    Case(
        "sd3",
        "diffusion_model",
        "sd3",
        of(
            {
                "joint_blocks.0.x_block.attn.qkv.weight": (4608, 1536),
                "joint_blocks.23.x_block.attn.qkv.weight": (4608, 1536),
                "context_embedder.weight": (1536, 4096),
                "pos_embed": (1, 36864, 1536),
            }
        ),
    ),
    Case(
        "sd3.5 medium",
        "diffusion_model",
        "sd35-medium",
        of(
            {
                "joint_blocks.0.x_block.attn.qkv.weight": (4608, 1536),
                "joint_blocks.0.x_block.attn.ln_q.weight": (64,),
                "joint_blocks.0.x_block.attn2.qkv.weight": (4608, 1536),
                "context_embedder.weight": (1536, 4096),
            }
        ),
    ),
    Case(
        "sd3.5 large in diffusers names",
        "diffusion_model",
        "sd35-large",
        of(
            {
                "transformer_blocks.37.attn.add_q_proj.weight": (2432, 2432),
                "transformer_blocks.0.attn.norm_q.weight": (64,),
                "time_text_embed.text_embedder.linear_1.weight": (2432, 2048),
                "pos_embed.proj.weight": (2432, 16, 2, 2),
                "context_embedder.weight": (2432, 4096),
            }
        ),
    ),
    Case("flux1 dev", "diffusion_model", "flux1", flux(), variant="dev"),
    Case(
        "flux1 all in one",
        "checkpoint",
        "flux1",
        {f"model.diffusion_model.{key}": value for key, value in flux().items()}
        | image_vae(16, "vae.")
        | clip_text("text_encoders.clip_l.transformer."),
    ),
    Case(
        "svdquant is a diffusion model although it holds lora_down",
        "diffusion_model",
        "flux1",
        {
            "transformer_blocks.0.qkv_proj.qweight": ("I8", (9216, 1536)),
            "transformer_blocks.0.qkv_proj.wscales": ("BF16", (48, 9216)),
            "transformer_blocks.0.qkv_proj.lora_down": ("BF16", (3072, 32)),
            "transformer_blocks.0.qkv_proj.lora_up": ("BF16", (9216, 32)),
            "transformer_blocks.0.qkv_proj.smooth_factor": ("BF16", (3072,)),
            "single_transformer_blocks.0.mlp_fc1.qweight": ("I8", (12288, 1536)),
            "single_transformer_blocks.0.mlp_fc1.wscales": ("BF16", (48, 12288)),
            "single_transformer_blocks.0.mlp_fc1.lora_down": ("BF16", (3072, 32)),
            "x_embedder.weight": ("BF16", (3072, 64)),
            "context_embedder.weight": ("BF16", (3072, 4096)),
            "time_text_embed.text_embedder.linear_1.weight": ("BF16", (3072, 768)),
        },
    ),
    Case(
        "chroma is not flux1",
        "diffusion_model",
        "chroma",
        {key: value for key, value in flux().items() if "vector_in" not in key and ".lin." not in key}
        | make(distilled_guidance_layer__in_proj__weight=(5120, 64)),
    ),
    Case(
        "gguf chroma says flux",
        "diffusion_model",
        "chroma",
        {key: value for key, value in flux().items() if "vector_in" not in key}
        | make(distilled_guidance_layer__in_proj__weight=(5120, 64)),
        {"general.architecture": "flux"},
        "gguf",
    ),
    Case(
        "flux2 dev",
        "diffusion_model",
        "flux2",
        of(
            {
                "double_blocks.7.img_attn.qkv.weight": (18432, 6144),
                "single_blocks.47.linear1.weight": (55296, 6144),
                "double_stream_modulation_img.lin.weight": (36864, 6144),
                "txt_in.weight": (6144, 15360),
            }
        ),
        variant="dev",
    ),
    Case("flux2 vae", "vae", "flux2", image_vae(32) | make(bn__running_mean=(128,))),
    Case(
        "hunyuan video",
        "diffusion_model",
        "hunyuan-video",
        flux(20, 40) | make(txt_in__individual_token_refiner__blocks__0__norm1__weight=(3072,)),
    ),
    Case("hunyuan video vae", "vae", "hunyuan-video", make(decoder__conv_in__conv__weight=(512, 16, 3, 3, 3))),
    Case(
        "hunyuan image",
        "diffusion_model",
        "hunyuan-image",
        of(
            {
                "txt_in.individual_token_refiner.blocks.0.norm1.weight": (3584,),
                "byt5_in.fc1.weight": (2048, 1472),
                "img_in.proj.weight": (3584, 64, 1, 1),
                "double_blocks.0.img_attn.qkv.weight": (10752, 3584),
            }
        ),
    ),
    Case(
        "hunyuan video 1.5",
        "diffusion_model",
        "hunyuan-video-15",
        of(
            {
                "txt_in.individual_token_refiner.blocks.0.norm1.weight": (2048,),
                "vision_in.proj.0.weight": (1152,),
                "cond_type_embedding.weight": (3, 2048),
                "byt5_in.fc1.weight": (2048, 1472),
                "double_blocks.53.img_attn.qkv.weight": (6144, 2048),
            }
        ),
    ),
    Case(
        "hunyuan 3d",
        "diffusion_model",
        "hunyuan3d",
        of(
            {
                "latent_in.weight": (1024, 64),
                "cond_in.weight": (1024, 1536),
                "double_blocks.0.img_attn.qkv.weight": (3072, 1024),
                "single_blocks.0.linear1.weight": (7168, 1024),
            }
        ),
    ),
    Case(
        "hunyuan dit",
        "diffusion_model",
        "hunyuan-dit",
        of(
            {
                "mlp_t5.0.weight": (8192, 2048),
                "pooler.k_proj.weight": (2048, 2048),
                "blocks.39.attn1.Wqkv.weight": (4224, 1408),
                "style_embedder.weight": (1, 1408),
            }
        ),
        variant="1.0",
    ),
    Case(
        "wan 2.1 and 2.2 share the 14B text-to-video shapes",
        "diffusion_model",
        "wan21",
        wan(5120, 16, 40),
        also=("wan22",),
    ),
    Case(
        "wan 2.1 first and last frame",
        "diffusion_model",
        "wan21",
        wan(5120, 36, 40, img_emb__emb_pos=(1, 514, 1280)),
        variant="flf2v",
    ),
    Case(
        "wan 2.2 image-to-video has no image embedder",
        "diffusion_model",
        "wan22",
        wan(5120, 36, 40),
        variant="i2v-a14b",
    ),
    Case("wan 2.2 5B", "diffusion_model", "wan22", wan(3072, 48, 30)),
    Case(
        "wan 2.2 vae",
        "vae",
        "wan22",
        make(decoder__conv1__weight=(1024, 48, 3, 3, 3), decoder__middle__0__residual__0__gamma=(1024, 1, 1, 1)),
    ),
    Case(
        "wan 2.1 vae",
        "vae",
        "wan21",
        make(decoder__conv1__weight=(384, 16, 3, 3, 3), decoder__middle__0__residual__0__gamma=(384, 1, 1, 1)),
        also=("qwen-image", "anima"),
    ),
    Case(
        "ltx 2",
        "diffusion_model",
        "ltx",
        of(
            {
                "patchify_proj.weight": (4096, 128),
                "audio_patchify_proj.weight": (2048, 128),
                "adaln_single.linear.weight": (24576, 4096),
                "transformer_blocks.47.attn2.to_k.weight": (4096, 4096),
            }
        ),
        variant="ltx2",
    ),
    Case(
        "ltx vae",
        "vae",
        "ltx",
        make(per_channel_statistics__mean_of_means=(128,))
        | {
            "per_channel_statistics.mean-of-means": ("F32", (128,)),
            "decoder.conv_in.conv.weight": ("F32", (1024, 128, 3, 3, 3)),
        },
    ),
    Case(
        "qwen-image in nvfp4",
        "diffusion_model",
        "qwen-image",
        {
            "txt_norm.weight": ("BF16", (3584,)),
            "txt_in.weight": ("BF16", (3072, 3584)),
            "transformer_blocks.59.img_mod.1.weight": ("U8", (18432, 1536)),
            "transformer_blocks.59.img_mod.1.weight_scale": ("F8_E4M3", (18432, 192)),
            "transformer_blocks.59.img_mod.1.weight_scale_2": ("F32", ()),
        },
    ),
    Case(
        "z-image says lumina2 in gguf",
        "diffusion_model",
        "z-image",
        of(
            {
                "noise_refiner.0.attention_norm1.weight": (3840,),
                "cap_embedder.1.weight": (3840, 2560),
                "layers.29.attention.qkv.weight": (11520, 3840),
            }
        ),
        {"general.architecture": "lumina2"},
        "gguf",
    ),
    Case(
        "z-image controlnet",
        "controlnet",
        "z-image",
        of(
            {
                "control_layers.0.attention.to_q.weight": (3840, 3840),
                "control_all_x_embedder.2-1.weight": (3840, 64),
            }
        ),
    ),
    Case(
        "lumina 2",
        "diffusion_model",
        "lumina2",
        of(
            {
                "noise_refiner.0.attention_norm1.weight": (2304,),
                "cap_embedder.1.weight": (2304, 2304),
                "layers.25.attention.qkv.weight": (3840, 2304),
            }
        ),
    ),
    Case(
        "omnigen 2",
        "diffusion_model",
        "omnigen2",
        of(
            {
                "noise_refiner.0.attn.to_q.weight": (2520, 2520),
                "image_index_embedding": (5, 2520),
                "layers.31.attn.to_q.weight": (2520, 2520),
            }
        ),
    ),
    Case(
        "auraflow",
        "checkpoint",
        "auraflow",
        of(
            {
                "register_tokens": (1, 8, 3072),
                "double_layers.0.modX.1.weight": (18432, 3072),
                "single_layers.0.modCX.1.weight": (18432, 3072),
            },
            "F16",
            "model.",
        )
        | image_vae(4, "vae."),
    ),
    Case(
        "pixart sigma",
        "diffusion_model",
        "pixart",
        of(
            {
                "y_embedder.y_embedding": (300, 4096),
                "blocks.0.cross_attn.kv_linear.weight": (2304, 1152),
                "x_embedder.proj.weight": (1152, 4, 2, 2),
                "t_embedder.mlp.0.weight": (1152, 256),
            }
        ),
        variant="sigma",
    ),
    Case(
        "sana",
        "diffusion_model",
        "sana",
        of(
            {
                "transformer_blocks.0.ff.conv_inverted.weight": (11200, 2240, 1, 1),
                "caption_norm.weight": (2240,),
                "time_embed.emb.timestep_embedder.linear_1.weight": (2240, 256),
                "transformer_blocks.0.attn2.to_k.weight": (2240, 2240),
            }
        ),
    ),
    Case("deep compression vae", "vae", "sana", make(decoder__conv_in__weight=(1024, 32, 3, 3))),
    Case(
        "cosmos predict2 under net.",
        "diffusion_model",
        "cosmos",
        of(
            {
                "t_embedding_norm.weight": (2048,),
                "blocks.27.self_attn.q_proj.weight": (2048, 2048),
                "x_embedder.proj.1.weight": (2048, 68),
                "final_layer.linear.weight": (64, 2048),
            },
            prefix="net.",
        ),
    ),
    Case(
        "anima is not cosmos",
        "diffusion_model",
        "anima",
        of(
            {
                "t_embedding_norm.weight": (2048,),
                "blocks.27.self_attn.q_proj.weight": (2048, 2048),
                "x_embedder.proj.1.weight": (2048, 68),
                "llm_adapter.blocks.0.self_attn.q_proj.weight": (1024, 1024),
            },
            prefix="net.",
        ),
    ),
    Case(
        "hidream",
        "diffusion_model",
        "hidream",
        of(
            {
                "double_stream_blocks.0.block.attn1.to_q.weight": (2560, 2560),
                "single_stream_blocks.0.block.attn1.to_q.weight": (2560, 2560),
                "caption_projection.48.linear.weight": (2560, 4096),
                "t_embedder.timestep_embedder.linear_1.weight": (2560, 256),
            }
        ),
    ),
    Case(
        "cascade stage C",
        "checkpoint",
        "cascade",
        of(
            {
                "clip_txt_mapper.weight": (2048, 1280),
                "clip_txt_pooled_mapper.weight": (8192, 1280),
                "down_blocks.0.0.channelwise.0.weight": (8192, 2048),
                "clf.1.weight": (16, 2048, 1, 1),
            },
            prefix="model.diffusion_model.",
        )
        | clip_text("text_encoder.", 1280),
        variant="stage-c",
    ),
    Case(
        "cascade stage A",
        "vae",
        "cascade",
        make(vquantizer__codebook__weight=(8192, 4), in_block__1__weight=(192, 12, 1, 1)),
    ),
    Case(
        "mochi",
        "diffusion_model",
        "mochi",
        of(
            {
                "t5_yproj.weight": (1536, 4096),
                "blocks.0.attn.qkv_x.weight": (9216, 3072),
                "t_embedder.mlp.0.weight": (3072, 256),
                "final_layer.linear.weight": (48, 3072),
            }
        ),
    ),
    Case(
        "cogvideox",
        "diffusion_model",
        "cogvideox",
        of(
            {
                "patch_embed.text_proj.weight": (3072, 4096),
                "transformer_blocks.41.attn1.to_q.weight": (3072, 3072),
                "time_embedding.linear_1.weight": (512, 3072),
                "proj_out.weight": (64, 3072),
            }
        ),
    ),
    Case(
        "cogvideox vae",
        "vae",
        "cogvideox",
        make(decoder__conv_in__conv__weight=(512, 16, 3, 3, 3), decoder__norm_out__norm_layer__weight=(128,)),
    ),
    Case(
        "cogview 3",
        "diffusion_model",
        "cogview3",
        of(
            {
                "patch_embed.text_proj.weight": (2560, 4096),
                "time_condition_embed.timestep_embedder.linear_1.weight": (512, 2560),
                "transformer_blocks.29.attn1.to_q.weight": (2560, 2560),
                "proj_out.weight": (64, 2560),
            }
        ),
    ),
    Case(
        "cogview 4",
        "diffusion_model",
        "cogview4",
        of(
            {
                "patch_embed.text_proj.weight": (4096, 4096),
                "time_condition_embed.timestep_embedder.linear_1.weight": (512, 4096),
                "transformer_blocks.27.attn1.to_q.weight": (4096, 4096),
                "proj_out.weight": (64, 4096),
            }
        ),
    ),
    Case(
        "allegro",
        "diffusion_model",
        "allegro",
        of(
            {
                "adaln_single.linear.weight": (13824, 2304),
                "pos_embed.proj.weight": (2304, 4, 2, 2),
                "transformer_blocks.31.attn1.to_q.weight": (2304, 2304),
                "proj_out.weight": (16, 2304),
            }
        ),
    ),
    Case(
        "kandinsky 5",
        "diffusion_model",
        "kandinsky5",
        of(
            {
                "visual_transformer_blocks.0.self_attention.to_query.weight": (1792, 1792),
                "text_transformer_blocks.0.self_attention.to_query.weight": (1792, 1792),
                "time_embeddings.in_layer.weight": (512, 1792),
                "out_layer.out_layer.weight": (64, 1792),
            }
        ),
    ),
    Case(
        "krea 2",
        "diffusion_model",
        "krea2",
        of(
            {
                "first.weight": (6144, 64),
                "txtmlp.0.weight": (6144, 4096),
                "blocks.0.attn.wq.weight": (6144, 6144),
                "blocks.0.attn.gate.weight": (6144, 6144),
            }
        ),
    ),
    Case(
        "ernie-image",
        "diffusion_model",
        "ernie-image",
        of(
            {
                "layers.0.adaLN_sa_ln.weight": (4096,),
                "layers.0.self_attention.to_q.weight": (4096, 4096),
                "x_embedder.proj.weight": (4096, 128, 1, 1),
                "final_linear.weight": (128, 4096),
            }
        ),
    ),
    Case(
        "ideogram 4",
        "diffusion_model",
        "ideogram4",
        make(
            llm_cond_proj__weight=(4608, 53248),
            layers__0__attention__qkv__weight=(13824, 4608),
            t_embedding__mlp_in__weight=(4608, 4608),
            input_proj__weight=(4608, 128),
        ),
    ),
    Case(
        "ace-step",
        "diffusion_model",
        "ace-step",
        of(
            {
                "lyric_encoder.embed.out.0.weight": (1024, 1024),
                "transformer_blocks.0.cross_attn.to_q.weight": (2560, 2560),
                "speaker_embedder.weight": (2560, 512),
                "proj_in.early_conv_layers.0.weight": (2048, 8, 16, 1),
            }
        ),
    ),
    Case(
        "stable audio",
        "checkpoint",
        "stable-audio",
        of(
            {
                "model.model.to_cond_embed.0.weight": (768, 768),
                "model.model.transformer.layers.0.self_attn.to_qkv.weight": (4608, 1536),
                "model.model.to_timestep_embed.0.weight": (1536, 256),
                "pretransform.model.decoder.layers.0.weight_v": (2048, 64, 7),
                "conditioner.conditioners.seconds_start.embedder.embedding.0.weights": (128,),
            },
            "F32",
        ),
    ),
    Case(
        "stable audio vae",
        "vae",
        "stable-audio",
        of(
            {
                "decoder.layers.0.weight_g": (2048, 1, 1),
                "decoder.layers.0.weight_v": (2048, 64, 7),
                "encoder.layers.1.layers.0.layers.0.alpha": (128,),
            },
            "F32",
        ),
    ),
    Case(
        "longcat video",
        "diffusion_model",
        "longcat-video",
        of(
            {
                "blocks.47.pre_crs_attn_norm.weight": (4096,),
                "blocks.0.attn.qkv.weight": (12288, 4096),
                "x_embedder.proj.weight": (4096, 16, 1, 2, 2),
                "t_embedder.mlp.0.weight": (512, 256),
            }
        ),
    ),
    Case(
        "longcat image is not flux1",
        "diffusion_model",
        "longcat-image",
        of(
            {
                "single_transformer_blocks.19.proj_mlp.weight": (12288, 3072),
                "transformer_blocks.9.attn.to_q.weight": (3072, 3072),
                "time_embed.timestep_embedder.linear_1.weight": (3072, 256),
                "context_embedder.weight": (3072, 3584),
                "x_embedder.weight": (3072, 64),
            }
        ),
    ),
    Case(
        "ovis-image is not flux1",
        "diffusion_model",
        "ovis-image",
        of(
            {
                "double_blocks.5.img_mlp.gate_proj.weight": (12288, 3072),
                "double_blocks.5.img_attn.qkv.weight": (9216, 3072),
                "single_blocks.26.linear1.weight": (33792, 3072),
                "txt_in.weight": (3072, 2048),
            }
        ),
    ),
    Case(
        "joyai-image is not qwen-image",
        "diffusion_model",
        "joyai-image",
        of(
            {
                "double_blocks.0.img_mod.modulate_table": (1, 6, 4096),
                "double_blocks.0.img_attn_qkv.weight": (12288, 4096),
                "img_in.weight": (4096, 16, 1, 2, 2),
                "condition_embedder.time_embedder.linear_1.weight": (4096, 256),
            }
        ),
    ),
    Case(
        "boogu",
        "diffusion_model",
        "boogu",
        make(
            single_stream_layers__0__attn__to_q__weight=(3360, 3360),
            double_stream_layers__0__img_attn__to_q__weight=(3360, 3360),
            x_embedder__weight=(3360, 64),
            norm_out__linear_1__weight=(3360, 1024),
        ),
    ),
    Case(
        "minimax h3",
        "diffusion_model",
        "minimax-h3",
        make(
            adaln_t_table=(1000, 6144),
            blocks__0__attn__qkv__weight=(18432, 6144),
            patch_embed__weight=(6144, 128),
            out__weight=(128, 6144),
        ),
    ),
    # Low-rank files and their kin.
    Case(
        "sd15 lora, rank 768",
        "lora",
        "sd15",
        low_rank({"lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k": (640, 768)}, rank=768),
    ),
    Case(
        "sd15 lora stored as 1x1 convolutions",
        "lora",
        "sd15",
        {
            "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (
                "F16",
                (8, 768, 1, 1),
            ),
            "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight": ("F16", (1280, 8, 1, 1)),
        },
    ),
    Case(
        "sd15 lora in old diffusers names",
        "lora",
        "sd15",
        {
            "unet.mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight": ("F32", (4, 768)),
            "unet.mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.up.weight": ("F32", (1280, 4)),
        },
    ),
    Case(
        "sd2 lora",
        "lora",
        "sd2",
        low_rank({"lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k": (1280, 1024)}),
    ),
    Case(
        "sdxl slider without cross-attention",
        "lora",
        "sdxl",
        low_rank(
            {
                f"{KOHYA_SDXL}attn1_to_q": (640, 640),
                "lora_unet_middle_block_1_transformer_blocks_9_attn1_to_q": (1280, 1280),
            }
        ),
    ),
    Case(
        "sdxl loha",
        "lora",
        "sdxl",
        of(
            {
                f"{KOHYA_SDXL}attn2_to_k.hada_w1_a": (640, 8),
                f"{KOHYA_SDXL}attn2_to_k.hada_w1_b": (8, 2048),
                f"{KOHYA_SDXL}attn2_to_k.hada_w2_a": (640, 8),
                f"{KOHYA_SDXL}attn2_to_k.hada_w2_b": (8, 2048),
            },
            "F16",
        ),
    ),
    Case(
        "kolors lora only by its header",
        "lora",
        "kolors",
        low_rank({f"{KOHYA_SDXL}attn2_to_k": (640, 2048)}),
        {"ss_base_model_version": "kolors"},
    ),
    Case(
        "sd15 slider that could be sd2",
        "lora",
        None,
        low_rank({"lora_unet_up_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q": (1280, 1280)}),
    ),
    Case(
        "flux1 lora whose text encoder part has mlp_fc1",
        "lora",
        "flux1",
        low_rank(
            {
                "lora_unet_double_blocks_18_img_attn_qkv": (9216, 3072),
                "lora_unet_single_blocks_37_linear1": (21504, 3072),
                "lora_te1_text_model_encoder_layers_0_mlp_fc1": (3072, 768),
            }
        ),
    ),
    Case(
        "flux1 xlabs lora",
        "lora",
        "flux1",
        {
            "double_blocks.0.processor.qkv_lora1.down.weight": ("F32", (16, 3072)),
            "double_blocks.0.processor.qkv_lora1.up.weight": ("F32", (9216, 16)),
        },
    ),
    Case(
        "chroma lora by its header",
        "lora",
        "chroma",
        low_rank(
            {
                "lora_unet_double_blocks_18_img_attn_qkv": (9216, 3072),
                "lora_unet_single_blocks_37_linear1": (21504, 3072),
            }
        ),
        {"ss_base_model_version": "chroma"},
    ),
    Case(
        "flux2 klein 4B lora has the width of flux1",
        "lora",
        "flux2",
        low_rank(
            {
                "diffusion_model.double_blocks.4.img_mlp.0": (18432, 3072),
                "diffusion_model.single_blocks.19.linear1": (27648, 3072),
            },
            style="peft",
        ),
    ),
    Case(
        "flux2 klein 9B lokr",
        "lora",
        "flux2",
        of(
            {
                "diffusion_model.double_blocks.7.img_attn.qkv.lokr_w1": (4, 4),
                "diffusion_model.double_blocks.7.img_attn.qkv.lokr_w2": (3072, 1024),
            }
        ),
    ),
    Case(
        "layers that flux1, flux2 and hunyuan share",
        "lora",
        None,
        low_rank({"diffusion_model.double_blocks.2.img_attn.qkv": (9216, 3072)}, style="peft"),
        also=("flux1", "flux2", "hunyuan-video"),
    ),
    Case(
        "hunyuan video lora",
        "lora",
        "hunyuan-video",
        low_rank(
            {
                "lora_unet_double_blocks_19_img_mlp_fc1": (12288, 3072),
                "lora_unet_double_blocks_19_img_attn_qkv": (9216, 3072),
            }
        ),
    ),
    Case(
        "wan 14B lora with differences",
        "lora",
        "wan21",
        low_rank({"diffusion_model.blocks.39.self_attn.q": (5120, 5120)})
        | {
            "diffusion_model.blocks.0.self_attn.q.diff_b": ("F16", (5120,)),
            "diffusion_model.blocks.0.norm3.diff": ("F16", (5120,)),
        },
        also=("wan22",),
    ),
    Case(
        "wan i2v lora is 2.1 alone",
        "lora",
        "wan21",
        low_rank({"diffusion_model.blocks.39.cross_attn.k_img": (5120, 5120)}),
    ),
    Case("wan 5B lora", "lora", "wan22", low_rank({"lora_unet_blocks_29_self_attn_q": (3072, 3072)})),
    Case(
        "anima lora",
        "lora",
        "anima",
        low_rank({"diffusion_model.blocks.27.self_attn.q_proj": (2048, 2048)}),
        also=("cosmos",),
    ),
    Case(
        "qwen-image lora",
        "lora",
        "qwen-image",
        low_rank({"transformer.transformer_blocks.59.attn.add_k_proj": (3072, 3072)}, style="peft"),
    ),
    Case(
        "z-image lora",
        "lora",
        "z-image",
        low_rank({"diffusion_model.layers.29.attention.to_q": (3840, 3840)}, style="peft"),
    ),
    Case(
        "ltx lora",
        "lora",
        "ltx",
        low_rank(
            {
                "transformer.transformer_blocks.27.attn1.to_q": (2048, 2048),
                "transformer.transformer_blocks.27.attn2.to_q": (2048, 2048),
            },
            style="peft",
        ),
    ),
    Case(
        "cascade lora",
        "lora",
        "cascade",
        low_rank({"lora_prior_unet_down_blocks_0_2_attention_attn_to_q": (2048, 2048)}),
    ),
    Case(
        "language model adapter",
        "lora",
        None,
        {"blk.0.attn_q.weight.lora_a": ("F32", (16, 4096)), "blk.0.attn_q.weight.lora_b": ("F32", (4096, 16))},
        {"general.type": "adapter"},
        "gguf",
    ),
    # Control, style, motion, words.
    Case(
        "flux1 controlnet",
        "controlnet",
        "flux1",
        of(
            {
                "controlnet_blocks.0.weight": (3072, 3072),
                "controlnet_x_embedder.weight": (3072, 64),
                "transformer_blocks.4.attn.to_q.weight": (3072, 3072),
                "context_embedder.weight": (3072, 4096),
            }
        ),
    ),
    Case(
        "small sdxl controlnet without attention",
        "controlnet",
        "sdxl",
        of(
            {
                "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
                "down_blocks.2.resnets.0.conv1.weight": (1280, 640, 3, 3),
            }
        ),
    ),
    Case(
        "control lora is a controlnet",
        "controlnet",
        "sdxl",
        of(
            {
                "lora_controlnet": (1,),
                "input_hint_block.0.weight": (16, 3, 3, 3),
                "input_blocks.4.1.transformer_blocks.0.attn2.to_k.down": (128, 2048),
                "input_blocks.4.1.transformer_blocks.0.attn2.to_k.up": (640, 128),
            },
            "F16",
        ),
    ),
    Case(
        "lllite",
        "controlnet",
        "sdxl",
        of(
            {
                "lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.down.0.weight": (32, 640),
                "lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.up.0.weight": (640, 64),
            },
            "F16",
        ),
    ),
    Case(
        "sd15 t2i adapter",
        "t2i_adapter",
        "sd15",
        of({"body.0.block1.weight": (320, 320, 3, 3), "conv_in.weight": (320, 192, 3, 3)}, "F32"),
    ),
    Case(
        "faceid holds low-rank tensors and is no lora",
        "ip_adapter",
        "sdxl",
        of(
            {
                "image_proj.proj.0.weight": (1024, 512),
                "image_proj.proj.2.weight": (8192, 1024),
                "ip_adapter.1.to_k_ip.weight": (640, 2048),
                "ip_adapter.0.to_q_lora.down.weight": (128, 640),
                "ip_adapter.0.to_q_lora.up.weight": (640, 128),
            },
            "F16",
        ),
    ),
    Case(
        "flux1 ip adapter",
        "ip_adapter",
        "flux1",
        of(
            {
                "double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight": (3072, 4096),
                "ip_adapter_proj_model.norm.weight": (4096,),
            }
        ),
    ),
    Case(
        "sdxl motion module",
        "motion_module",
        "sdxl",
        of(
            {f"down_blocks.{level}.motion_modules.0.temporal_transformer.norm.weight": (320,) for level in range(3)},
            "F16",
        ),
    ),
    Case("redux", "style_model", "flux1", of({"redux_up.weight": (12288, 1152), "redux_down.weight": (4096, 12288)})),
    Case("sd15 embedding", "embedding", "sd15", make("F32", emb_params=(4, 768))),
    Case("sd2 embedding of one token", "embedding", "sd2", {"<my-style>": ("F32", (1024,))}),
    Case(
        "sd15 hypernetwork with integer keys",
        "hypernetwork",
        "sd15",
        of(
            {
                "768.0.linear.0.weight": (1536, 768),
                "768.1.linear.0.weight": (1536, 768),
                "320.0.linear.0.weight": (640, 320),
            },
            "F32",
        ),
        format="torch",
    ),
    # Encoders, language models, pictures.
    Case("clip text encoder", "text_encoder", None, clip_text()),
    Case(
        "umt5 in wan's own names",
        "text_encoder",
        None,
        of(
            {
                "token_embedding.weight": (256384, 4096),
                "blocks.0.attn.q.weight": (4096, 4096),
                "blocks.0.ffn.gate.0.weight": (10240, 4096),
            }
        ),
    ),
    Case(
        "qwen3 4B is also the encoder of z-image",
        "text_encoder",
        None,
        language_model(151936, 2560),
        also=("z-image", "flux2"),
    ),
    Case(
        "siglip",
        "clip_vision",
        None,
        of(
            {
                "vision_model.encoder.layers.26.self_attn.q_proj.weight": (1152, 1152),
                "vision_model.embeddings.patch_embedding.weight": (1152, 3, 14, 14),
            }
        ),
    ),
    Case(
        "a vision projector for a language model",
        "clip_vision",
        None,
        {"v.blk.0.attn_q.weight": ("F16", (1024, 1024))},
        {"general.type": "mmproj"},
        "gguf",
    ),
    Case("llm", "llm", None, language_model(32000, 4096)),
    Case(
        "whisper is no llm",
        "other",
        None,
        of(
            {
                "model.encoder.conv1.weight": (512, 80, 3),
                "model.encoder.layers.0.self_attn.q_proj.weight": (512, 512),
                "model.decoder.layers.0.encoder_attn.q_proj.weight": (512, 512),
                "model.decoder.embed_tokens.weight": (51865, 512),
            }
        ),
    ),
    Case(
        "real-esrgan",
        "upscaler",
        None,
        of({"conv_first.weight": (64, 3, 3, 3), "body.0.rdb1.conv1.weight": (32, 64, 3, 3)}, "F32"),
    ),
    Case(
        "compact upscaler",
        "upscaler",
        None,
        of({"body.0.weight": (64, 3, 3, 3), "body.1.weight": (64,), "body.2.weight": (64, 64, 3, 3)}, "F32"),
    ),
    Case("tiny vae", "vae", None, of({"1.weight": (64, 4, 3, 3), "3.conv.0.weight": (64, 64, 3, 3)}, "F16")),
    Case("sd vae fits three families", "vae", None, image_vae(4), also=("sd15", "sd2", "sdxl")),
    Case(
        "convolutions alone are no upscaler",
        "unknown",
        None,
        of({"features.0.weight": (64, 3, 11, 11), "features.3.weight": (192, 64, 5, 5)}, "F32"),
    ),
    Case("saved latents", "unknown", None, make("F32", latent_tensor=(1, 4, 64, 64), latent_format_version_0=(0,))),
    Case("a telling word without its shape", "unknown", None, of({"model.diffusion_model.foo.weight": (3, 3)})),
    # Kinds and spellings that trainers and libraries write besides the usual ones.
    Case(
        "motion adapter in diffusers names",
        "motion_module",
        "sd15",
        of(
            {
                f"down_blocks.{level}.motion_modules.0.{name}": shape
                for level in range(4)
                for name, shape in (
                    ("transformer_blocks.0.attn1.to_q.weight", (320, 320)),
                    ("transformer_blocks.0.pos_embed.pe", (1, 32, 320)),
                    ("norm.weight", (320,)),
                )
            }
        ),
        variant="v3",
    ),
    Case(
        "textual inversion with its counter",
        "embedding",
        "sd15",
        {"string_to_token.*": ("I64", ()), "string_to_param.*": ("F32", (2, 768))},
        format="torch",
    ),
    Case(
        "blockwise qwen-image controlnet",
        "controlnet",
        "qwen-image",
        of({f"controlnet_blocks.{index}.{part}_rms.weight": (3072,) for index in range(3) for part in "xy"}),
    ),
    Case(
        "flux1 control lora with norms and biases",
        "lora",
        "flux1",
        low_rank(
            {
                **{f"double_blocks.{index}.img_attn.qkv": (9216, 3072) for index in range(19)},
                **{f"single_blocks.{index}.linear1": (21504, 3072) for index in range(38)},
                "img_in": (3072, 128),
            },
            128,
            "peft",
        )
        | of({f"double_blocks.{index}.img_attn.norm.key_norm.scale": (128,) for index in range(19)})
        | of({f"double_blocks.{index}.img_attn.qkv.lora_B.bias": (9216,) for index in range(19)}),
    ),
    Case(
        "sdxl oft by its block names",
        "lora",
        "sdxl",
        of(
            {
                f"oft_unet_input_blocks_{index}_1_transformer_blocks_0_attn1_to_q.oft_blocks": (4, 160, 160)
                for index in (4, 7)
            }
        ),
    ),
    Case(
        "sdxl ia3 by its depth",
        "lora",
        "sdxl",
        {
            f"lora_unet_middle_block_1_transformer_blocks_{index}_attn2_to_k.{part}": ("F16", shape)
            for index in range(10)
            for part, shape in (("weight", (1280, 1)), ("on_input", ()))
        },
    ),
    Case(
        "a wrapped kohya lora",
        "lora",
        "sdxl",
        low_rank({f"module.{KOHYA_SDXL}attn2_to_k": (640, 2048)}),
    ),
    Case(
        "text encoder lora of many families",
        "lora",
        None,
        low_rank({f"lora_te1_text_model_encoder_layers_{index}_self_attn_q_proj": (768, 768) for index in range(12)}),
        also=("sd15", "sdxl", "flux1", "sd3"),
    ),
    Case(
        "both text encoders of sdxl",
        "lora",
        "sdxl",
        low_rank(
            {
                "lora_te1_text_model_encoder_layers_0_self_attn_q_proj": (768, 768),
                "lora_te2_text_model_encoder_layers_0_self_attn_q_proj": (1280, 1280),
            }
        ),
    ),
    Case(
        "minimax h3 lora",
        "lora",
        "minimax-h3",
        low_rank({"diffusion_model.blocks.0.attn.qkv_proj": (16128, 5376)}, style="peft"),
    ),
    Case(
        "language model lora whose header names an image family",
        "lora",
        None,
        low_rank({"base_model.model.model.layers.0.self_attn.q_proj": (4096, 4096)}, style="peft"),
        {"ss_base_model_version": "flux1"},
    ),
)
