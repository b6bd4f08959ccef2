"""Models of other fields, which share words with ours and must never get a family."""

from collections.abc import Mapping

from tests.core.model_fixtures import Case

STRANGERS: list[Case] = []


def _blocks(word: str, count: int, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {f"{word}.{index}.{name}": shape for index in range(count) for name, shape in shapes.items()}


def _stranger(name: str, shapes: Mapping[str, tuple[int, ...]], kinds: str = "other unknown") -> None:
    """`kinds` are the answers that would do."""
    STRANGERS.append(Case(name, kinds, None, {name: ("F32", shape) for name, shape in shapes.items()}))


_stranger(
    "wav2vec2",
    {
        "wav2vec2.encoder.layers.0.attention.q_proj.weight": (1024, 1024),
        "wav2vec2.feature_extractor.conv_layers.0.conv.weight": (512, 1, 10),
        "lm_head.weight": (32, 1024),
    },
)
_stranger(
    "f5-tts",
    {
        "ema_model.transformer.time_embed.time_mlp.0.weight": (1024, 256),
        **_blocks(
            "ema_model.transformer.transformer_blocks",
            22,
            {
                "attn.to_q.weight": (1024, 1024),
                "attn.to_k.weight": (1024, 1024),
                "ff.ff.0.0.weight": (2048, 1024),
                "attn_norm.linear.weight": (6144, 1024),
            },
        ),
        "ema_model.transformer.proj_out.weight": (100, 1024),
    },
    "other unknown diffusion_model",
)
_stranger(
    "birefnet",
    {
        "bb.patch_embed.proj.weight": (192, 3, 4, 4),
        **_blocks("bb.layers", 4, {"blocks.0.attn.qkv.weight": (576, 192)}),
        "decoder.decoder_block4.conv_in.weight": (64, 3072, 3, 3),
        "decoder.conv_out1.0.weight": (1, 192, 1, 1),
    },
)
_stranger(
    "rmbg",
    {
        "conv_in.weight": (64, 3, 3, 3),
        "stage1.rebnconvin.conv_s1.weight": (64, 64, 3, 3),
        "side1.weight": (1, 64, 3, 3),
    },
)
_stranger("u2net", {"stage1.rebnconvin.conv_s1.weight": (64, 3, 3, 3), "side1.weight": (1, 64, 3, 3)})
_stranger(
    "grounding dino",
    {
        "backbone.0.patch_embed.proj.weight": (96, 3, 4, 4),
        "transformer.encoder.layers.0.self_attn.sampling_offsets.weight": (256, 256),
        "bert.encoder.layer.0.attention.self.query.weight": (768, 768),
    },
)
_stranger(
    "rife",
    {
        "block0.conv0.0.0.weight": (120, 7, 3, 3),
        "block0.lastconv.0.weight": (240, 24, 4, 4),
        "module.block1.conv0.0.0.weight": (1, 1),
    },
)
_stranger(
    "raft", {"module.fnet.conv1.weight": (64, 3, 7, 7), "module.update_block.gru.convz1.weight": (128, 384, 1, 5)}
)
_stranger(
    "lama",
    {
        "generator.model.1.ffc.convl2l.weight": (64, 3, 7, 7),
        "generator.model.5.conv1.ffc.convl2l.weight": (128, 128, 3, 3),
    },
    "other unknown upscaler",
)
_stranger(
    "gpt2",
    {
        "wte.weight": (50257, 768),
        "wpe.weight": (1024, 768),
        **_blocks("h", 12, {"attn.c_attn.weight": (768, 2304), "mlp.c_fc.weight": (768, 3072)}),
    },
    "other unknown llm",
)
_stranger(
    "mamba",
    {
        "backbone.embedding.weight": (50280, 768),
        **_blocks("backbone.layers", 24, {"mixer.in_proj.weight": (3072, 768)}),
    },
    "other unknown llm",
)
_stranger(
    "aesthetic predictor", {"layers.0.weight": (1024, 768), "layers.2.weight": (128, 1024), "layers.0.bias": (1024,)}
)
_stranger("aesthetic linear", {"weight": (1, 768), "bias": (1,)})
_stranger(
    "insightface resnet",
    {"conv1.weight": (64, 3, 3, 3), "layer1.0.conv1.weight": (64, 64, 3, 3), "fc.weight": (512, 25088)},
)
_stranger(
    "swin classifier",
    {
        "patch_embed.proj.weight": (96, 3, 4, 4),
        "layers.0.blocks.0.attn.qkv.weight": (288, 96),
        "head.weight": (1000, 768),
    },
)
_stranger(
    "segformer",
    {
        "segformer.encoder.block.0.0.attention.self.query.weight": (32, 32),
        "decode_head.linear_c.0.proj.weight": (256, 32),
    },
)
_stranger(
    "gan discriminator", {"conv0.weight": (64, 3, 3, 3), "conv1.weight": (128, 64, 4, 4), "conv9.weight": (1, 64, 3, 3)}
)
_stranger(
    "vgg",
    {"features.0.weight": (64, 3, 3, 3), "features.2.weight": (64, 64, 3, 3), "classifier.0.weight": (4096, 25088)},
)
_stranger(
    "rvc",
    {
        "enc_p.emb_phone.weight": (192, 768),
        "dec.conv_pre.weight": (512, 192, 7),
        "flow.flows.0.enc.in_layers.0.weight_v": (384, 192, 5),
        "flow.flows.0.enc.in_layers.0.weight_g": (384, 1, 1),
        "emb_g.weight": (109, 256),
    },
)
_stranger(
    "xtts",
    {
        "gpt.gpt.h.0.attn.c_attn.weight": (1024, 3072),
        "gpt.text_embedding.weight": (6681, 1024),
        "hifigan_decoder.waveform_decoder.conv_pre.weight": (512, 1024, 7),
    },
)
_stranger(
    "kokoro",
    {
        "bert.module.embeddings.word_embeddings.weight": (178, 128),
        "decoder.module.encode.conv1.weight_g": (1, 1, 1),
        "predictor.module.lstm.weight_ih_l0": (1, 1),
    },
)
_stranger(
    "encodec",
    {
        "encoder.model.0.conv.conv.weight_g": (32, 1, 1),
        "encoder.model.0.conv.conv.weight_v": (32, 1, 7),
        "quantizer.vq.layers.0._codebook.embed": (1024, 128),
        "decoder.model.0.conv.conv.weight_v": (512, 128, 7),
    },
    "other unknown vae",
)
_stranger(
    "dac",
    {
        "encoder.block.0.weight_g": (64, 1, 1),
        "decoder.model.0.weight_v": (1536, 1024, 7),
        "quantizer.quantizers.0.codebook.weight": (1024, 8),
    },
    "other unknown vae",
)
_stranger(
    "audioldm unet",
    {
        "conv_in.weight": (128, 8, 3, 3),
        "time_embedding.linear_1.weight": (512, 128),
        "class_embedding.weight": (512, 512),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (128, 128),
        "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (128, 128),
        "conv_out.weight": (8, 128, 3, 3),
    },
    "other unknown diffusion_model",
)
_stranger(
    "audioldm2 768",
    {
        "conv_in.weight": (128, 8, 3, 3),
        "time_embedding.linear_1.weight": (512, 128),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (128, 768),
        "down_blocks.0.attentions.1.transformer_blocks.0.attn2.to_k.weight": (128, 1024),
        "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (128, 768),
        "conv_out.weight": (8, 128, 3, 3),
    },
    "other unknown diffusion_model",
)
_stranger(
    "tango 1024",
    {
        "conv_in.weight": (320, 8, 3, 3),
        "time_embedding.linear_1.weight": (1280, 320),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 1024),
        "up_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (1280, 1024),
        "conv_out.weight": (8, 320, 3, 3),
    },
    "other unknown diffusion_model",
)
_stranger(
    "deepfloyd",
    {
        "conv_in.weight": (704, 3, 3, 3),
        "encoder_hid_proj.weight": (2816, 4096),
        "time_embedding.linear_1.weight": (2816, 704),
        "down_blocks.1.attentions.0.add_k_proj.weight": (1408, 2816),
        "up_blocks.0.attentions.0.add_k_proj.weight": (1408, 2816),
        "conv_out.weight": (6, 704, 3, 3),
    },
    "other unknown diffusion_model",
)
_stranger(
    "latte",
    {
        "pos_embed.proj.weight": (1152, 4, 2, 2),
        "adaln_single.linear.weight": (6912, 1152),
        "caption_projection.linear_1.weight": (1152, 4096),
        **_blocks("transformer_blocks", 28, {"attn1.to_q.weight": (1152, 1152)}),
        **_blocks("temporal_transformer_blocks", 28, {"attn1.to_q.weight": (1152, 1152)}),
        "proj_out.weight": (32, 1152),
    },
    "other unknown diffusion_model",
)
_stranger(
    "easyanimate",
    {
        "pos_embed.proj.weight": (3072, 32, 2, 2),
        "text_proj.weight": (3072, 4096),
        **_blocks("transformer_blocks", 48, {"attn1.to_q.weight": (3072, 3072), "norm1.linear.weight": (18432, 512)}),
        "proj_out.weight": (64, 3072),
        "time_embedding.linear_1.weight": (512, 3072),
    },
    "other unknown diffusion_model",
)
_stranger(
    "dit imagenet",
    {
        "pos_embed.proj.weight": (1152, 4, 2, 2),
        **_blocks(
            "transformer_blocks",
            28,
            {"attn1.to_q.weight": (1152, 1152), "norm1.emb.class_embedder.embedding_table.weight": (1001, 1152)},
        ),
        "proj_out_2.weight": (32, 1152),
    },
    "other unknown diffusion_model",
)
_stranger(
    "lumina next",
    {
        "cap_embedder.1.weight": (2304, 2048),
        **_blocks("noise_refiner", 0, {}),
        **_blocks("layers", 24, {"attn1.to_q.weight": (2304, 2304), "attn2.to_k.weight": (576, 2048)}),
        "x_embedder.weight": (2304, 16),
    },
    "other unknown diffusion_model",
)
_stranger(
    "sam2",
    {
        "sam_mask_decoder.iou_token.weight": (1, 256),
        "image_encoder.trunk.blocks.0.attn.qkv.weight": (336, 112),
        "image_encoder.trunk.patch_embed.proj.weight": (112, 3, 7, 7),
        "memory_encoder.out_proj.weight": (64, 256, 1, 1),
    },
)
_stranger(
    "yolo",
    {
        "model.0.conv.weight": (16, 3, 3, 3),
        "model.1.conv.weight": (32, 16, 3, 3),
        "model.22.dfl.conv.weight": (1, 16, 1, 1),
    },
)
_stranger("svm scaler", {"coef": (10,), "intercept": (1,)})
_stranger("latents", {"latents": (1, 16, 128, 128)})
_stranger(
    "t5 classification",
    {
        "transformer.encoder.block.0.layer.0.SelfAttention.q.weight": (768, 768),
        "classification_head.dense.weight": (768, 768),
    },
    "other unknown text_encoder",
)
_stranger(
    "sentence bert",
    {"embeddings.word_embeddings.weight": (30522, 384), "encoder.layer.0.attention.self.query.weight": (384, 384)},
)
_stranger("distilbert", {"distilbert.transformer.layer.0.attention.q_lin.weight": (768, 768)})
_stranger(
    "minicpm-v",
    {
        "llm.model.embed_tokens.weight": (151666, 3584),
        "llm.model.layers.0.self_attn.q_proj.weight": (3584, 3584),
        "llm.model.layers.0.mlp.gate_proj.weight": (18944, 3584),
        "vpm.encoder.layers.0.self_attn.q_proj.weight": (1152, 1152),
        "resampler.attn.in_proj_weight": (1, 1),
    },
    "other unknown llm",
)
_stranger("768 table", {"table": (4, 768), "other": (4, 768), "third.0.weight": (3, 768)})
_stranger(
    "face parsing bisenet", {"cp.resnet.conv1.weight": (64, 3, 7, 7), "ffm.convblk.conv.weight": (256, 256, 1, 1)}
)
_stranger("pulid flux", {"pulid_ca.0.to_q.weight": (2048, 3072), "pulid_encoder.mapping.0.weight": (1, 1)})
