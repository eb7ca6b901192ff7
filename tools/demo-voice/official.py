# SPDX-License-Identifier: Apache-2.0
"""The official qwen-tts package, imported without the two wheels that only voice cloning needs."""
import importlib.machinery
import sys
import types


def _stand_in(name):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    sys.modules.setdefault(name, module)


for _name in ("sox", "torchaudio", "torchaudio.compliance", "torchaudio.compliance.kaldi"):
    _stand_in(_name)
sys.modules["torchaudio"].compliance = sys.modules["torchaudio.compliance"]
sys.modules["torchaudio.compliance"].kaldi = sys.modules["torchaudio.compliance.kaldi"]

# flake8: noqa: E402
from qwen_tts import Qwen3TTSModel
from qwen_tts.core.models import Qwen3TTSConfig, Qwen3TTSForConditionalGeneration
from qwen_tts.core.tokenizer_12hz import modeling_qwen3_tts_tokenizer_v2 as tokenizer_modeling
from qwen_tts.core.tokenizer_12hz.configuration_qwen3_tts_tokenizer_v2 import (
    Qwen3TTSTokenizerV2Config,
    Qwen3TTSTokenizerV2DecoderConfig,
)

SpeechDecoder = tokenizer_modeling.Qwen3TTSTokenizerV2Decoder
SpeechTokenizer = tokenizer_modeling.Qwen3TTSTokenizerV2Model


def build_decoder(config):
    return SpeechDecoder._from_config(Qwen3TTSTokenizerV2DecoderConfig(**config))


__all__ = [
    "Qwen3TTSModel", "Qwen3TTSConfig", "Qwen3TTSForConditionalGeneration", "Qwen3TTSTokenizerV2Config",
    "SpeechDecoder", "SpeechTokenizer", "build_decoder", "tokenizer_modeling",
]
