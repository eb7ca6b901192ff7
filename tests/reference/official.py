# SPDX-License-Identifier: Apache-2.0
"""The official package, loaded with what it does not need here left out."""
import importlib.machinery
import os
import sys
import types

# Imported by the 25 Hz tokenizer only, which no model of the 12 Hz family uses.
NOT_NEEDED = ("sox", "torchaudio", "torchaudio.compliance", "torchaudio.compliance.kaldi")


def prepare():
    """Before torch is imported: one thread, no network, no missing imports."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    for name in NOT_NEEDED:
        if name in sys.modules:
            continue
        module = types.ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        module.__path__ = []
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)


def load(folder):
    import torch
    from qwen_tts import Qwen3TTSModel

    torch.set_num_threads(1)
    tts = Qwen3TTSModel.from_pretrained(str(folder), dtype=torch.float32,
                                        attn_implementation="eager")
    assert next(tts.model.parameters()).dtype == torch.float32
    return tts


class Recorder:
    """Keeps what talker and code predictor compute during one call of the package."""

    def __init__(self, tts):
        self.tts = tts
        self.talker = tts.model.talker
        self.predictor = self.talker.code_predictor
        self.clear()
        self._wrap_talker()
        self._wrap_predictor()
        for index, layer in enumerate(self.talker.model.layers):
            layer.register_forward_hook(self._on_layer(index))
        self.talker.model.register_forward_pre_hook(self._on_input, with_kwargs=True)
        self.talker.model.norm.register_forward_hook(self._on_norm)

    def clear(self):
        self.layers = {}           # layer -> [rows, width] of the prefill
        self.inputs = []           # talker inputs, prefill first
        self.norms = []            # normed hidden states, prefill first
        self.predictor_calls = []  # (input rows, result) per frame

    def _wrap_talker(self):
        generate = self.talker.generate
        get_processors = self.talker._get_logits_processor

        def recorded_generate(**arguments):
            self.arguments = arguments
            self.result = generate(output_scores=True, output_logits=True, **arguments)
            return self.result

        def recorded_processors(*args, **kwargs):
            processors = get_processors(*args, **kwargs)
            self.processors = [type(p).__name__ for p in processors]
            return processors

        self.talker.generate = recorded_generate
        self.talker._get_logits_processor = recorded_processors

    def _wrap_predictor(self):
        generate = self.predictor.generate

        def recorded_generate(**arguments):
            result = generate(output_scores=True, output_logits=True, **arguments)
            self.predictor_calls.append((arguments["inputs_embeds"], result))
            return result

        self.predictor.generate = recorded_generate

    def _on_layer(self, index):
        def hook(_module, _inputs, output):
            hidden = output[0] if isinstance(output, tuple) else output
            if hidden.shape[1] > 1:
                self.layers[index] = hidden[0].clone()
        return hook

    def _on_input(self, _module, _args, kwargs):
        self.inputs.append(kwargs["inputs_embeds"][0].clone())

    def _on_norm(self, _module, _inputs, output):
        self.norms.append(output[0].clone())
