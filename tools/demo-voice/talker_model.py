# SPDX-License-Identifier: Apache-2.0
"""Talker and code predictor with the state-dict names of the official Qwen3TTSForConditionalGeneration.

A lean implementation for training and batched sampling. Two parts exist in training only and are not exported: the
phone head, and the pull of one attention head to the text token that is being spoken.
"""
import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus import PHONES, PHONES_PER_FRAME
from pitch import PHASES, PITCH_GROUP, phase_after

SPEAKERS = ["serena", "vivian", "uncle_fu", "ryan", "aiden", "ono_anna", "sohee", "eric", "dylan"]
COMPILED_SHAPES = 64  # how many shapes and types of arguments one fused function may see
NO_TOKEN = -1  # position that has no codec embedding
IGNORE = -100  # position without a target
RESERVED_IDS = 1024  # the official sampler suppresses the last 1024 ids of the talker, except end of speech
PHASE_SIZE, PHASE_PROJECTION = 1.0, 3.0  # how clearly a new talker is shown the phases
GUIDE_WIDTH = 0.8  # standard deviation of the attention target, in text tokens
GROUP_WEIGHTS = (1.6, 1.4, 1.2, 0.9, 0.7, 0.6)  # code groups 1 to 6; all later ones weigh as much as the last


def model_config(text_vocabulary, special_ids, codebook=512, groups=10):
    """config.json of a model small enough to ship; special_ids maps the tokenizer's special tokens to ids."""
    names = ["codec_pad_id", "codec_bos_id", "codec_eos_token_id", "codec_think_id", "codec_nothink_id",
             "codec_think_bos_id", "codec_think_eos_id"]
    codec_ids = {name: codebook + i for i, name in enumerate(names)}
    common = {"hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "attention_bias": False,
              "attention_dropout": 0, "use_sliding_window": False, "tie_word_embeddings": False, "num_code_groups": groups}
    predictor = dict(
        common, model_type="qwen3_tts_talker_code_predictor", vocab_size=codebook, hidden_size=128,
        intermediate_size=384, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=32,
        max_position_embeddings=512, rope_scaling=None, layer_types=["full_attention"] * 2,
    )
    talker = dict(
        common, model_type="qwen3_tts_talker", vocab_size=codebook + RESERVED_IDS, hidden_size=256,
        intermediate_size=512, num_hidden_layers=5, num_attention_heads=4, num_key_value_heads=2, head_dim=64,
        max_position_embeddings=4096, text_hidden_size=128, text_vocab_size=text_vocabulary,
        rope_scaling={"interleaved": True, "mrope_section": [12, 10, 10], "rope_type": "default", "type": "default"},
        position_id_per_seconds=13, codec_language_id={"english": codebook + 51},
        spk_id={name: codebook + 100 + i for i, name in enumerate(SPEAKERS)},
        spk_is_dialect=dict.fromkeys(SPEAKERS, False), code_predictor_config=predictor, **codec_ids,
    )
    return dict(
        architectures=["Qwen3TTSForConditionalGeneration"], model_type="qwen3_tts",
        tokenizer_type="qwen3_tts_tokenizer_12hz", tts_model_size="tiny", tts_model_type="custom_voice",
        im_start_token_id=special_ids["<|im_start|>"], im_end_token_id=special_ids["<|im_end|>"],
        assistant_token_id=special_ids["assistant"], tts_pad_token_id=special_ids["<tts_pad>"],
        tts_bos_token_id=special_ids["<tts_text_bos>"], tts_eos_token_id=special_ids["<tts_text_eod>"],
        talker_config=talker,
    )


def rms_norm(x, weight, eps):
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def gated(gate, up):
    return F.silu(gate) * up


def fuse_layers():
    """Compile what is not a matrix product, half of the time of a training step when it is not."""
    torch._dynamo.config.recompile_limit = COMPILED_SHAPES
    for function in (rms_norm, rotate, gated):
        globals()[function.__name__] = torch.compile(function, dynamic=True)


class RmsNorm(nn.Module):
    def __init__(self, size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return rms_norm(x, self.weight, self.eps)


def rotary_table(positions, head_dim, theta):
    frequencies = theta ** -(torch.arange(0, head_dim, 2).float() / head_dim)
    angles = positions.float()[:, None] * frequencies
    angles = torch.cat([angles, angles], -1)
    return angles.cos(), angles.sin()


def causal_attention(query, key, value):
    """Written out, because its backward pass on a CPU is much faster than that of the fused kernel."""
    length = query.shape[2]
    scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])
    hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
    return F.softmax(scores.masked_fill(hidden, -1e4), -1).to(value.dtype) @ value


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        size, self.head_dim = config["hidden_size"], config["head_dim"]
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.q_proj = nn.Linear(size, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(size, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(size, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, size, bias=False)
        self.q_norm, self.k_norm = RmsNorm(self.head_dim), RmsNorm(self.head_dim)

    def project(self, x, cos, sin):
        batch, length, _ = x.shape
        query = self.q_norm(self.q_proj(x).view(batch, length, self.heads, self.head_dim)).transpose(1, 2)
        key = self.k_norm(self.k_proj(x).view(batch, length, self.kv_heads, self.head_dim)).transpose(1, 2)
        value = self.v_proj(x).view(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        return rotate(query, cos, sin), rotate(key, cos, sin), value

    def attend(self, query, key, value, mask=None):
        repeat = self.heads // self.kv_heads
        key, value = key.repeat_interleave(repeat, 1), value.repeat_interleave(repeat, 1)
        causal = mask is None and query.shape[2] > 1
        if causal:
            out = causal_attention(query, key, value)
        else:
            out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.o_proj(out.transpose(1, 2).reshape(out.shape[0], out.shape[2], -1))


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        size, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(size, inner, bias=False)
        self.up_proj = nn.Linear(size, inner, bias=False)
        self.down_proj = nn.Linear(inner, size, bias=False)

    def forward(self, x):
        return self.down_proj(gated(self.gate_proj(x), self.up_proj(x)))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.mlp = Attention(config), Mlp(config)
        self.input_layernorm = RmsNorm(config["hidden_size"])
        self.post_attention_layernorm = RmsNorm(config["hidden_size"])

    def forward(self, x, cos, sin):
        """Training pass; also returns query and key of the first head."""
        query, key, value = self.self_attn.project(self.input_layernorm(x), cos, sin)
        x = x + self.self_attn.attend(query, key, value)
        return x + self.mlp(self.post_attention_layernorm(x)), query[:, 0], key[:, 0]

    def step(self, x, cos, sin, cache, mask):
        """Sampling pass; cache holds the keys and values of earlier positions."""
        query, key, value = self.self_attn.project(self.input_layernorm(x), cos, sin)
        if self in cache:
            key, value = torch.cat([cache[self][0], key], 2), torch.cat([cache[self][1], value], 2)
        cache[self] = key, value
        x = x + self.self_attn.attend(query, key, value, None if mask is None else mask[:, None])
        return x + self.mlp(self.post_attention_layernorm(x))


class Stack(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RmsNorm(config["hidden_size"])
        self.head_dim, self.theta = config["head_dim"], config["rope_theta"]

    def forward(self, x):
        """Normalised output, and (output, query, key) of every layer."""
        cos, sin = (t.to(x.dtype) for t in rotary_table(torch.arange(x.shape[1]), self.head_dim, self.theta))
        trace = []
        for layer in self.layers:
            x, query, key = layer(x, cos, sin)
            trace.append((x, query, key))
        return self.norm(x), trace

    def step(self, x, cache, start, mask=None):
        positions = torch.arange(start, start + x.shape[1])
        cos, sin = (t.to(x.dtype) for t in rotary_table(positions, self.head_dim, self.theta))
        for layer in self.layers:
            x = layer.step(x, cos, sin, cache, mask)
        return self.norm(x)


class TalkerStack(Stack):
    def __init__(self, config):
        super().__init__(config)
        self.codec_embedding = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.text_embedding = nn.Embedding(config["text_vocab_size"], config["text_hidden_size"])


class PredictorStack(Stack):
    def __init__(self, config, talker_size):
        super().__init__(config)
        groups = config["num_code_groups"] - 1
        self.codec_embedding = nn.ModuleList(nn.Embedding(config["vocab_size"], talker_size) for _ in range(groups))


class CodePredictor(nn.Module):
    """The codes after the first of a frame, from the talker's state and code 0."""

    def __init__(self, config, talker_size):
        super().__init__()
        self.model = PredictorStack(config, talker_size)
        self.small_to_mtp_projection = nn.Linear(talker_size, config["hidden_size"])
        groups = config["num_code_groups"] - 1
        self.lm_head = nn.ModuleList(
            nn.Linear(config["hidden_size"], config["vocab_size"], bias=False) for _ in range(groups))

    def loss(self, states, first, codes):
        """states [n, d] of the talker, first [n, d] embedding of code 0, codes [n, groups]"""
        embedded = [table(codes[:, g]) for g, table in enumerate(self.model.codec_embedding, 1)]
        sequence = torch.stack([states, first.to(states.dtype), *[e.to(states.dtype) for e in embedded[:-1]]], 1)
        out, _ = self.model(self.small_to_mtp_projection(sequence))
        losses = [F.cross_entropy(head(out[:, g]).float(), codes[:, g]) for g, head in enumerate(self.lm_head, 1)]
        weights = [GROUP_WEIGHTS[min(g, len(GROUP_WEIGHTS) - 1)] for g in range(len(losses))]
        weighted = sum(weight * loss for weight, loss in zip(weights, losses)) / sum(weights)
        return weighted, torch.stack(losses).detach()


class TextProjection(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear_fc1, self.linear_fc2 = nn.Linear(inner, inner), nn.Linear(inner, outer)

    def forward(self, x):
        return self.linear_fc2(F.silu(self.linear_fc1(x)))


class Talker(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["hidden_size"]
        self.model = TalkerStack(config)
        self.text_projection = TextProjection(config["text_hidden_size"], size)
        self.codec_head = nn.Linear(size, config["vocab_size"], bias=False)
        self.code_predictor = CodePredictor(config["code_predictor_config"], size)


class TtsModel(nn.Module):
    GUIDED_LAYERS = (1, 2)
    PHONE_LAYER = 3

    def __init__(self, config, newline_id):
        super().__init__()
        self.config, self.codec, self.newline_id = config, config["talker_config"], newline_id
        self.groups = self.codec["num_code_groups"]
        self.talker = Talker(self.codec)
        self.phone_head = nn.Linear(self.codec["hidden_size"], PHONES_PER_FRAME * len(PHONES))
        self.initialise()

    def initialise(self):
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.05 if "embedding" in name else 0.02)
        for stack in (self.talker.model, self.talker.code_predictor.model):
            for layer in stack.layers:
                for linear in (layer.self_attn.o_proj, layer.mlp.down_proj):
                    nn.init.normal_(linear.weight, std=0.02 / math.sqrt(2 * len(stack.layers)))
        nn.init.normal_(self.talker.text_projection.linear_fc1.weight, std=0.1)
        nn.init.normal_(self.talker.text_projection.linear_fc2.weight, std=0.1)
        self.show_phases()

    @torch.no_grad()
    def show_phases(self):
        """Make it easy to see in which phase the next frame begins: the embedding of a pitch code says it, the code
        predictor reads it, and its head knows the phase of every code. Alone, the talker takes hours to find out."""
        predictor = self.talker.code_predictor
        embedding, head = predictor.model.codec_embedding[PITCH_GROUP - 1], predictor.lm_head[PITCH_GROUP - 1]
        projection = predictor.small_to_mtp_projection
        outer = torch.linalg.qr(torch.randn(embedding.embedding_dim, PHASES))[0].t()
        inner = torch.linalg.qr(torch.randn(projection.out_features, PHASES))[0].t()
        codes = torch.arange(embedding.num_embeddings)
        embedding.weight += PHASE_SIZE * (outer - outer.mean(0))[phase_after(codes)]
        projection.weight += PHASE_PROJECTION * inner.t() @ outer
        head.weight += inner[codes % PHASES]

    # --- prompt ---

    def prompt(self, ids, speaker, language, streaming):
        """Text ids and codec ids of every prompt position, the text ids that follow beside the frames, and the
        position of the first text token. The layout is the one of the official generate()."""
        codec, pad = self.codec, self.config["tts_pad_token_id"]
        if language:
            tags = [codec["codec_think_id"], codec["codec_think_bos_id"], codec["codec_language_id"]["english"]]
        else:
            tags = [codec["codec_nothink_id"], codec["codec_think_bos_id"]]
        tags += [codec["codec_think_eos_id"], codec["spk_id"][speaker], codec["codec_pad_id"]]
        text = [self.config["im_start_token_id"], self.config["assistant_token_id"], self.newline_id]
        codes = [NO_TOKEN] * len(text) + tags
        text += [pad] * (len(tags) - 1) + [self.config["tts_bos_token_id"]]
        first, end = len(text), self.config["tts_eos_token_id"]
        if streaming:
            return text + ids[:1], codes + [codec["codec_bos_id"]], ids[1:] + [end], first
        codes += [codec["codec_pad_id"]] * (len(ids) + 1) + [codec["codec_bos_id"]]
        return text + ids + [end, pad], codes, [], first

    def embed_text(self, ids):
        return self.talker.text_projection(self.talker.model.text_embedding(ids))

    def embed_codes(self, ids):
        return self.talker.model.codec_embedding(ids)

    def embed_prompt(self, text, codes):
        return self.embed_text(text) + self.embed_codes(codes.clamp(min=0)) * (codes >= 0).unsqueeze(-1)

    def embed_frames(self, frames):
        """[..., groups] -> [..., d], the sum of the embeddings of all groups"""
        tables = self.talker.code_predictor.model.codec_embedding
        total = self.embed_codes(frames[..., 0])
        for group, table in enumerate(tables, 1):
            total = total + table(frames[..., group])
        return total

    # --- training ---

    def losses(self, batch, streaming=0.1, noise=0.1, predictor_share=0.5):
        """Dictionary of the losses of a list of utterances, as encode_corpus.py writes them."""
        data = self.collate(batch, streaming)
        frames = corrupt(data["codes"], noise, self.codec["code_predictor_config"]["vocab_size"])
        x = self.embed_prompt(data["text"], data["prompt"])
        row, position = data["row"], data["position"]
        x = x.index_put((row, position), self.embed_frames(frames).to(x.dtype), accumulate=True)
        hidden, trace = self.talker.model(x)
        scored = data["target"] != IGNORE
        first = F.cross_entropy(self.talker.codec_head(hidden[scored]).float(), data["target"][scored])
        before = position - 1  # the position that predicts a frame
        phone_logits = self.phone_head(trace[self.PHONE_LAYER][0][row, before]).float()
        phone = F.cross_entropy(phone_logits.view(-1, len(PHONES)), data["phones"].view(-1))
        guide = sum(
            guide_loss(trace[layer][1], trace[layer][2], row, before, data["spoken"]) for layer in self.GUIDED_LAYERS
        ) / len(self.GUIDED_LAYERS)
        codes = data["codes"]
        chosen = torch.randperm(len(codes))[: max(1, int(len(codes) * predictor_share))]
        states = hidden[row[chosen], before[chosen]]
        predictor, groups = self.talker.code_predictor.loss(states, self.embed_codes(codes[chosen, 0]), codes[chosen])
        return {"first": first, "predictor": predictor, "guide": guide, "phone": phone}, groups

    def collate(self, batch, streaming):
        """Padded prompt tensors [batch, length]; everything about frames is flat over all frames of the batch."""
        pad, rows = self.config["tts_pad_token_id"], []
        for utterance in batch:
            count = len(utterance["codes"])
            text, codes, trailing, first = self.prompt(
                utterance["ids"].tolist(), utterance["voice"], random.random() < 0.7, random.random() < streaming)
            rows.append((text + (trailing + [pad] * count)[:count], codes, first, count))
        length, size = max(len(row[0]) for row in rows), len(rows)
        text, prompt = torch.full((size, length), pad), torch.full((size, length), NO_TOKEN)
        target = torch.full((size, length), IGNORE)
        row_index, position, spoken = [], [], []
        for i, ((ids, codes, first, count), utterance) in enumerate(zip(rows, batch)):
            start = len(codes)
            text[i, : len(ids)] = torch.tensor(ids)
            prompt[i, :start] = torch.tensor(codes)
            target[i, start - 1:start - 1 + count] = utterance["codes"][:, 0].long()
            target[i, start - 1 + count] = self.codec["codec_eos_token_id"]
            frames = torch.arange(start, start + count)
            row_index.append(torch.full((count,), i))
            position.append(frames)
            spoken.append(torch.minimum(utterance["spoken"].long() + first, frames - 1))
        return {
            "text": text, "prompt": prompt, "target": target, "row": torch.cat(row_index),
            "position": torch.cat(position), "spoken": torch.cat(spoken),
            "codes": torch.cat([u["codes"].long() for u in batch]),
            "phones": torch.cat([u["phones"].long() for u in batch]),
        }

    # --- sampling ---

    @torch.inference_mode()
    def generate(self, texts, speakers, temperature, predictor_temperature, top_k=50, longest=160, language=True):
        """Codes [frames, groups] of every text (list of ids); the prompts are padded on the left."""
        pad, codec, size = self.config["tts_pad_token_id"], self.codec, len(texts)
        rows = [self.prompt(ids, speaker, language, False)[:2] for ids, speaker in zip(texts, speakers)]
        length = max(len(text) for text, _ in rows)
        text, prompt = torch.full((size, length), pad), torch.full((size, length), NO_TOKEN)
        seen = torch.zeros(size, length + longest + 1, dtype=torch.bool)
        for i, (ids, codes) in enumerate(rows):
            start = length - len(ids)
            text[i, start:], prompt[i, start:], seen[i, start:] = torch.tensor(ids), torch.tensor(codes), True
        allowed = torch.zeros(codec["vocab_size"], dtype=torch.bool)
        allowed[: codec["vocab_size"] - RESERVED_IDS] = True
        mask = torch.ones(length, length, dtype=torch.bool).tril() & seen[:, None, :length]
        mask = mask | torch.eye(length, dtype=torch.bool)  # a padding row has to see something
        cache, out = {}, []
        hidden = self.talker.model.step(self.embed_prompt(text, prompt), cache, 0, mask)[:, -1]
        end = codec["codec_eos_token_id"]
        lengths, done = torch.full((size,), longest), torch.zeros(size, dtype=torch.bool)
        for frame in range(longest):
            allowed[end] = frame >= 2
            logits = self.talker.codec_head(hidden).float().masked_fill(~allowed, -1e9)
            first = draw(logits, temperature, top_k)
            lengths[(first == end) & ~done] = frame
            done |= first == end
            if done.all():
                break
            codes, total = self.complete_frame(hidden, first.clamp(max=len(allowed) - 1), predictor_temperature, top_k)
            out.append(codes)
            x = (total + self.embed_text(torch.full((size,), pad)))[:, None]
            mask = seen[:, None, : length + frame + 1]
            hidden = self.talker.model.step(x, cache, length + frame, mask)[:, -1]
        codes = torch.stack(out, 1)
        return [codes[i, : lengths[i]] for i in range(size)]

    def complete_frame(self, hidden, first, temperature, top_k):
        predictor, cache = self.talker.code_predictor, {}
        codes, total = [first], self.embed_codes(first)
        x = predictor.small_to_mtp_projection(torch.stack([hidden, total], 1))
        start = 0
        for table, head in zip(predictor.model.codec_embedding, predictor.lm_head):
            out = predictor.model.step(x, cache, start)[:, -1]
            start += x.shape[1]
            codes.append(draw(head(out).float(), temperature, top_k))
            embedded = table(codes[-1])
            total = total + embedded
            x = predictor.small_to_mtp_projection(embedded[:, None])
        return torch.stack(codes, 1), total


def draw(logits, temperature, top_k):
    if temperature <= 0:
        return logits.argmax(-1)
    logits = logits / temperature
    least = torch.topk(logits, min(top_k, logits.shape[-1])).values[:, -1:]
    return torch.multinomial(F.softmax(logits.masked_fill(logits < least, -1e9), -1), 1)[:, 0]


def corrupt(codes, rate, codebook):
    """Replace some codes of the history at random, so that the model learns to lean on the text."""
    if rate <= 0:
        return codes
    odds = torch.rand(len(codes), 1) * 2 * rate * (torch.rand(len(codes), 1) < 0.5)
    return torch.where(torch.rand(codes.shape) < odds, torch.randint(0, codebook, codes.shape), codes)


def guide_loss(query, key, row, position, target):
    """How far the first head is from looking at the token that is being spoken (Tachibana et al., 2018, in spirit:
    here the true alignment is known, so the target is a narrow Gaussian around it)."""
    scores = query.float() @ key.float().transpose(1, 2) / math.sqrt(query.shape[-1])
    length = scores.shape[-1]
    scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), -1e9)
    chances = F.log_softmax(scores[row, position], -1)
    distance = torch.arange(length)[None] - target[:, None]
    return -torch.logsumexp(chances - distance.float() ** 2 / (2 * GUIDE_WIDTH ** 2), -1).mean()
