# SPDX-License-Identifier: Apache-2.0
"""What the official package makes of the prompts of a specification, decoding greedily."""
from released import CODEC_IDS, GROUPS

PENALTIES = {"rep1.05": 1.05, "rep1.0": 1.0}
ALL_ROWS = 3    # prompts whose hidden states are kept for every row, not only the last
LOGIT_STEPS = 4
WAVEFORMS = 2   # prompts whose sound is kept


def margins(scores):
    """Distance from the best score to the second, per step."""
    import torch

    top = torch.topk(torch.stack([s[0] for s in scores]).float(), 2, dim=-1).values
    return (top[:, 0] - top[:, 1]).tolist()


def smallest_margin(recorder):
    """Per frame: over group 0 and, where the frame exists, the groups of the predictor."""
    per_frame = margins(recorder.result.scores)
    for frame, (_, result) in enumerate(recorder.predictor_calls[:len(per_frame)]):
        per_frame[frame] = min(per_frame[frame], *margins(result.scores))
    return per_frame


def run(recorder, spec, prompt, frames, penalty):
    """Returns the sampled tokens of group 0, codes[frames][groups] and the waveform."""
    import torch

    recorder.clear()
    options = dict(language=prompt.get("language"), do_sample=False, subtalker_dosample=False,
                   repetition_penalty=penalty, max_new_tokens=frames + 1,
                   non_streaming_mode=prompt.get("non_streaming_mode", True))
    if spec["tts_model_type"] == "custom_voice":
        waves, _ = recorder.tts.generate_custom_voice(
            text=prompt["text"], speaker=prompt["speaker"], instruct=prompt.get("instruct"),
            **options)
    else:
        waves, _ = recorder.tts.generate_voice_design(
            text=prompt["text"], instruct=prompt.get("instruct") or "", **options)
    tokens = recorder.result.sequences[0].tolist()
    codes = [h[-1][0] for h in recorder.result.hidden_states if h[-1] is not None]
    codes = torch.stack(codes) if codes else torch.zeros(0, GROUPS, dtype=torch.long)
    return tokens, codes, torch.from_numpy(waves[0])


def run_with_clear_choices(recorder, spec, prompt, penalty):
    """Stops short of a frame whose best two scores are too close for another implementation to
    be blamed for the other choice."""
    frames = prompt.get("frames", spec["frames"])
    tokens, codes, wave = run(recorder, spec, prompt, frames, penalty)
    unclear = [f for f, m in enumerate(smallest_margin(recorder))
               if m < spec.get("min_margin", 1e-3)]
    if unclear and unclear[0] <= len(codes):
        frames = max(unclear[0] - 1, 1)
        tokens, codes, wave = run(recorder, spec, prompt, frames, penalty)
    return frames, tokens, codes, wave


def describe_run(recorder, penalty, frames, tokens, codes, wave):
    predictor = [min(margins(result.scores)) for _, result in recorder.predictor_calls]
    ended = tokens[-1] == CODEC_IDS["codec_eos_token_id"]
    return {
        "repetition_penalty": penalty, "max_new_tokens": frames + 1, "frames": len(codes),
        "ended_by": "eos" if ended else "max_new_tokens", "group0_tokens_sampled": tokens,
        "min_margin_group0": min(margins(recorder.result.scores)),
        "min_margin_groups1_15": min(predictor) if predictor else None,
        "samples": int(wave.numel()), "logits_processors": recorder.processors,
    }


def template_ids(tts, prompt):
    ids = {"input_ids": tts._build_assistant_text(prompt["text"])}
    if prompt.get("instruct"):
        ids["instruct_ids"] = tts._build_instruct_text(prompt["instruct"])
    return {name: tts._tokenize_texts([text])[0][0] for name, text in ids.items()}


def record_prefill(recorder, index, keep):
    every_row = index < ALL_ROWS
    keep("prefill_embeds", recorder.arguments["inputs_embeds"][0])
    keep("trailing_text", recorder.arguments["trailing_text_hidden"][0])
    keep("tts_pad_embed", recorder.arguments["tts_pad_embed"].reshape(-1))
    for layer, hidden in recorder.layers.items():
        keep(f"hidden.{layer}" if every_row else f"hidden_last.{layer}",
             hidden if every_row else hidden[-1])
    norm = recorder.norms[0]
    keep("final_norm" if every_row else "final_norm_last", norm if every_row else norm[-1])


def record_steps(recorder, keep):
    import torch

    steps = min(LOGIT_STEPS, len(recorder.result.logits))
    keep("logits", torch.stack([x[0] for x in recorder.result.logits[:steps]]))
    keep("scores", torch.stack([x[0] for x in recorder.result.scores[:steps]]))
    if not recorder.predictor_calls:
        return
    keep("step_embeds", torch.cat(recorder.inputs[1:]))
    keep("step_hidden", torch.cat([norm[-1:] for norm in recorder.norms]))
    rows, first = recorder.predictor_calls[0]
    keep("cp.input", rows[0])
    keep("cp.logits", torch.stack([x[0] for x in first.logits]))
    keep("cp.hidden", torch.cat([h[-1][0] for h in first.hidden_states]))
    if len(recorder.predictor_calls) > 1:
        second = recorder.predictor_calls[1][1]
        keep("cp.logits.frame1", torch.stack([x[0] for x in second.logits]))


def record_prompt(recorder, spec, index, prompt, tensors):
    import torch

    def keep(name, tensor):
        tensors[f"p{index}.{name}"] = tensor

    info = {"index": index, **prompt, "runs": {}}
    for name, ids in template_ids(recorder.tts, prompt).items():
        keep(name, ids.to(torch.int32))
        info[name] = ids.tolist()
    for tag, penalty in PENALTIES.items():
        frames, tokens, codes, wave = run_with_clear_choices(recorder, spec, prompt, penalty)
        info["runs"][tag] = describe_run(recorder, penalty, frames, tokens, codes, wave)
        keep(f"codes.{tag}", codes.to(torch.int32))
        if penalty == 1.0:
            continue
        info["prefill_len"] = recorder.arguments["inputs_embeds"].shape[1]
        record_prefill(recorder, index, keep)
        record_steps(recorder, keep)
        if index < WAVEFORMS:
            keep("wav", wave)
    return info
