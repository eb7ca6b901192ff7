# SPDX-License-Identifier: Apache-2.0
"""The official speech decoder stage by stage, at once and in chunks."""
from released import CODEBOOK, GROUPS

EMPTY_ENTRY = 5  # of every codebook: never used in training


class Stages:
    """The outputs of the decoder's modules in its latest pass."""

    def __init__(self, decoder):
        self.outputs = {}
        self.hooks = []
        self._watch("pre_conv", decoder.pre_conv)
        for i, layer in enumerate(decoder.pre_transformer.layers):
            self._watch(f"pre_transformer.layers.{i}", layer)
        self._watch("pre_transformer.norm", decoder.pre_transformer.norm)
        self._watch("pre_transformer", decoder.pre_transformer)
        for i, (transposed, convnext) in enumerate(decoder.upsample):
            self._watch(f"upsample.{i}.0", transposed)
            self._watch(f"upsample.{i}.1", convnext)
        for i, module in enumerate(decoder.decoder):
            self._watch(f"decoder.{i}", module)
            for j, part in enumerate(getattr(module, "block", [])):
                if i == 1 or j < 2:  # the first block whole, of the others the upsampling
                    self._watch(f"decoder.{i}.block.{j}", part)
        self.last = f"decoder.{len(decoder.decoder) - 1}"

    def _watch(self, name, module):
        def hook(_module, _inputs, output):
            value = getattr(output, "last_hidden_state", output)
            self.outputs[name] = value[0].detach().clone()
        self.hooks.append(module.register_forward_hook(hook))

    def close(self):
        for hook in self.hooks:
            hook.remove()


def random_codes(frames, generator):
    """The first frame has the ends of the codebooks, the last the entry without use."""
    import torch

    codes = torch.randint(0, CODEBOOK, (frames, GROUPS), generator=generator)
    codes[0, :GROUPS // 2], codes[0, GROUPS // 2:] = 0, CODEBOOK - 1
    codes[-1] = EMPTY_ENTRY
    return codes


def decode(decoder, codes):
    return decoder(codes.T[None])[0, 0]


def largest_per_frame(a, b, frames):
    return (a - b).abs().reshape(frames, -1).max(1).values


def record_stages(decoder, stages, sizes, generator, tensors):
    import torch

    codes = random_codes(sizes["frames"], generator)
    tensors["dec.codes"] = codes.to(torch.int32)
    tensors["dec.quantizer"] = decoder.quantizer.decode(codes.T[None])[0]
    wave = decode(decoder, codes)
    tensors.update({f"dec.{name}": value for name, value in stages.outputs.items()})
    tensors["dec.wav"] = wave
    return {
        "frames": sizes["frames"], "samples": wave.numel(),
        "total_upsample": int(decoder.total_upsample),
        "clamped_samples": int((stages.outputs[stages.last].abs() > 1).sum()),
        "stages": {name: list(value.shape) for name, value in sorted(stages.outputs.items())},
    }


def record_chunks(decoder, sizes, generator, tensors):
    import torch

    frames, chunk, context = (sizes[k] for k in ("chunk_frames", "chunk_size", "left_context"))
    codes = random_codes(frames, generator)
    full = decode(decoder, codes)
    chunked = decoder.chunked_decode(codes.T[None], chunk_size=chunk,
                                     left_context_size=context)[0, 0]
    tensors["chunk.codes"] = codes.to(torch.int32)
    tensors["chunk.full"], tensors["chunk.chunked"] = full, chunked
    return {
        "frames": frames, "chunk_size": chunk, "left_context_size": context,
        "max_abs_diff_per_frame": [round(float(d), 7)
                                   for d in largest_per_frame(full, chunked, frames)],
    }


def record_long(tts, decoder, stages, sizes, generator, tensors):
    """Beyond the attention window, and beyond 300 frames where the package's chunks begin."""
    import torch

    frames, kept = sizes["long_frames"], sizes["long_wav_frames"]
    codes = random_codes(frames, generator)
    full = decode(decoder, codes)
    tensors["long.codes"] = codes.to(torch.int32)
    tensors["long.pre_transformer"] = stages.outputs["pre_transformer"]
    chunked = torch.from_numpy(
        tts.model.speech_tokenizer.decode([{"audio_codes": codes}])[0][0])
    tensors["long.wav_frames"] = full.reshape(frames, -1)[kept]
    tensors["long.chunked_wav_frames"] = chunked.reshape(frames, -1)[kept]
    tensors["long.wav_rms_per_frame"] = full.reshape(frames, -1).pow(2).mean(1).sqrt()
    difference = largest_per_frame(full, chunked, frames)
    return {
        "frames": frames, "wav_frames": kept, "chunk_size": 300, "left_context_size": 25,
        "max_abs_diff_full_vs_chunked_first_300": float(difference[:300].max()),
        "max_abs_diff_full_vs_chunked_after_300":
            float(difference[300:].max()) if frames > 300 else None,
    }


def record_decoder(tts, spec, tensors):
    import torch

    decoder = tts.model.speech_tokenizer.model.decoder
    sizes = spec["decoder"]
    stages = Stages(decoder)
    generator = torch.Generator().manual_seed(spec["seed"] + 1)
    with torch.inference_mode():
        info = {
            "decoder": record_stages(decoder, stages, sizes, generator, tensors),
            "chunk": record_chunks(decoder, sizes, generator, tensors),
            "long": record_long(tts, decoder, stages, sizes, generator, tensors),
        }
    stages.close()
    return info
