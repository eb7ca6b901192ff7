# SPDX-License-Identifier: Apache-2.0
"""Distributions that the official chain of logits processors makes of random scores."""
from files import write_json
from released import CODEC_IDS, CODEC_VOCABULARY

END = CODEC_IDS["codec_eos_token_id"]
CONTROL_IDS = 1024
HISTORIES = (0, 1, 2, 40)
SETTINGS = [
    dict(temperature=0.9, top_k=50, top_p=1.0, penalty=1.05),
    dict(temperature=0.7, top_k=20, top_p=0.8, penalty=1.3),
    dict(temperature=1.0, top_k=0, top_p=0.9, penalty=1.0),
    dict(temperature=1.3, top_k=3072, top_p=0.5, penalty=1.1),
    dict(temperature=0.9, top_k=1, top_p=1.0, penalty=1.05),
    dict(temperature=0.05, top_k=50, top_p=0.95, penalty=2.0),
]


def chain_of(setting):
    from transformers.generation import logits_process as official

    controls = range(CODEC_VOCABULARY - CONTROL_IDS, CODEC_VOCABULARY)
    chain = []
    if setting["penalty"] != 1.0:
        chain.append(official.RepetitionPenaltyLogitsProcessor(setting["penalty"]))
    chain += [official.MinLengthLogitsProcessor(2, END),
              official.MinNewTokensLengthLogitsProcessor(0, 2, END),
              official.SuppressTokensLogitsProcessor([i for i in controls if i != END])]
    if setting["temperature"] != 1.0:
        chain.append(official.TemperatureLogitsWarper(setting["temperature"]))
    if setting["top_k"]:
        chain.append(official.TopKLogitsWarper(setting["top_k"]))
    if setting["top_p"] < 1.0:
        chain.append(official.TopPLogitsWarper(setting["top_p"]))
    return chain


def random_scores(first_setting, length, generator):
    import torch

    logits = 3.0 * torch.randn(1, CODEC_VOCABULARY, generator=generator)
    logits[0, END] = 14.0 if length in (1, 2) else 1.0  # the minimal length decides
    if first_setting and length == 40:
        logits[0, 100:160] = logits.max()  # a tie wider than top_k survives as a whole
    history = torch.randint(0, CODEC_VOCABULARY - CONTROL_IDS, (1, length), generator=generator)
    if length == 40:
        history[0, 20:] = history[0, :20]  # repeated tokens are penalised once
    return logits, history


def make_sampling(out, seed):
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    tensors, cases = {}, []
    for setting in SETTINGS:
        for length in HISTORIES:
            logits, history = random_scores(setting is SETTINGS[0], length, generator)
            chain = chain_of(setting)
            scores = logits.clone()
            for processor in chain:
                scores = processor(history, scores)
            prefix = f"s{len(cases)}."
            tensors[prefix + "logits"] = logits[0]
            tensors[prefix + "history"] = history[0].to(torch.int32)
            tensors[prefix + "scores"] = scores[0]
            tensors[prefix + "probs"] = torch.softmax(scores[0], -1)
            cases.append({**setting, "history": length,
                          "kept": int(torch.isfinite(scores).sum()),
                          "chain": [type(p).__name__ for p in chain]})
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: t.contiguous().clone() for name, t in tensors.items()},
              out / "expected.safetensors")
    write_json(out / "expected.json", {
        "vocab": CODEC_VOCABULARY, "eos": END, "min_new_tokens": 2,
        "suppressed": [CODEC_VOCABULARY - CONTROL_IDS, CODEC_VOCABULARY], "cases": cases},
        indent=1)
    print(f"{len(cases)} sampling cases")
