#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step evaluate: word error rates of the test sentences, for the teacher, the codec alone, the model, or another program.

  teacher   the flite audio itself, the best that can be reached
  codes     the flite audio with the envelope that its codes know, the most that a frame-wise decoder can give
  codec     the flite audio, encoded and decoded
  model     talker and decoder, sampled as generation_config.json of the export says
  official  an exported folder through the official classes
  program   an exported folder through a command line such as
            'qora-tts --model-path {model} --speaker {voice} --language english --seed {seed} --text {text} --output {wav}'
"""
import argparse
import json
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import torch

from corpus import FRAME, SAMPLE_RATE, Chunk
from recognise import Recogniser, Score
from voices import VOICES

TEMPERATURE, PREDICTOR_TEMPERATURE = 0.2, 0.02
LONGEST = 140  # frames of one sentence


def load_decoder(path):
    from official import build_decoder

    state = torch.load(path)
    decoder = build_decoder(state["config"]).eval()
    decoder.load_state_dict(state.get("average", state["decoder"]))
    return decoder


def load_talker(path):
    from talker_model import TtsModel

    state = torch.load(path)
    model = TtsModel(state["config"], state["newline"]).eval()
    model.load_state_dict({**state["model"], **state.get("average", {})})
    return model


def passages(sentences, together):
    return [" ".join(sentences[i:i + together]) for i in range(0, len(sentences), together)]


def split_passage(text):
    return re.split(r"(?<=[.?!]) ", text)


class Teacher:
    def __init__(self, args):
        self.corpus = args.test

    def __call__(self, voice, texts):
        chunk = Chunk(self.corpus, f"{voice}-000")
        audio = {item["text"]: chunk.audio(item) for item in chunk.items}
        return [np.concatenate([audio[sentence] for sentence in split_passage(text)]) for text in texts]


class Codes(Teacher):
    """Phase and fine structure of the original, but only the envelope that the codes know."""

    def __init__(self, args):
        from mel_codes import Analysis, Encoder, LogMel

        super().__init__(args)
        self.analyse, self.mel, self.encoder = Analysis, LogMel(), Encoder.load(args.encoder)

    def analysed(self, voice, texts):
        for samples in map(torch.from_numpy, super().__call__(voice, texts)):
            analysis = self.analyse(self.mel, samples[None])
            yield samples, analysis.features[0], self.encoder.encode(analysis)[0]

    @torch.inference_mode()
    def __call__(self, voice, texts):
        return [self.mel.reshape(samples, (self.encoder.decode(codes) - features)[:-1]).numpy()
                for samples, features, codes in self.analysed(voice, texts)]


class Codec(Codes):
    def __init__(self, args):
        super().__init__(args)
        self.decoder = load_decoder(args.decoder)

    @torch.inference_mode()
    def __call__(self, voice, texts):
        return [self.decoder(codes.t()[None])[0, 0].numpy() for _, _, codes in self.analysed(voice, texts)]


class Model:
    def __init__(self, args):
        from transformers import Qwen2TokenizerFast

        self.tokenizer = Qwen2TokenizerFast.from_pretrained(args.tokenizer)
        self.talker, self.decoder, self.seed = load_talker(args.talker), load_decoder(args.decoder), args.seed
        self.longest = LONGEST * args.together

    @torch.inference_mode()
    def __call__(self, voice, texts):
        torch.manual_seed(self.seed)
        ids = [self.tokenizer(text)["input_ids"] for text in texts]
        frames = self.talker.generate(ids, [voice] * len(ids), TEMPERATURE, PREDICTOR_TEMPERATURE, longest=self.longest)
        return [self.decoder(codes.t()[None])[0, 0].numpy() if len(codes) else np.zeros(FRAME, np.float32)
                for codes in frames]


class Official:
    def __init__(self, args):
        from official import Qwen3TTSModel

        self.seed = args.seed
        self.model = Qwen3TTSModel.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager")

    def __call__(self, voice, texts):
        torch.manual_seed(self.seed)
        return [self.model.generate_custom_voice(text=text, speaker=voice, language="English",
                                                 non_streaming_mode=True)[0][0] for text in texts]


class Program:
    def __init__(self, args):
        self.command, self.model, self.seed = args.command, args.model, args.seed

    def __call__(self, voice, texts):
        out = []
        with tempfile.TemporaryDirectory() as folder:
            wav = f"{folder}/out.wav"
            for text in texts:
                fields = {"model": self.model, "voice": voice, "text": text, "wav": wav, "seed": self.seed}
                subprocess.run([part.format(**fields) for part in shlex.split(self.command)], check=True,
                               stdout=subprocess.DEVNULL)
                out.append(soundfile.read(wav, dtype="float32")[0])
        return out


SOURCES = {"teacher": Teacher, "codes": Codes, "codec": Codec, "model": Model, "official": Official, "program": Program}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("--test", type=Path, required=True, help="corpus of the test sentences in every voice")
    parser.add_argument("--sentences", type=Path, default=Path(__file__).with_name("test_sentences.txt"))
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--decoder", type=Path)
    parser.add_argument("--talker", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--model", help="exported folder")
    parser.add_argument("--command", help="of another program, with {model} {voice} {seed} {text} {wav}")
    parser.add_argument("--voices", nargs="*", default=[voice.name for voice in VOICES])
    parser.add_argument("--first", type=int, default=30, help="number of sentences")
    parser.add_argument("--together", type=int, default=1, help="sentences that are spoken in one go")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="folder for the sound files")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    sentences = args.sentences.read_text(encoding="utf8").split("\n")[:-1]
    recogniser, source, teacher, figures = Recogniser(sentences), SOURCES[args.source](args), Teacher(args), {}
    for voice in args.voices:
        texts, score = passages(sentences[: args.first], args.together), Score()
        for number, (text, samples, model) in enumerate(zip(texts, source(voice, texts), teacher(voice, texts))):
            score.add(text, recogniser(samples), len(samples) / SAMPLE_RATE, len(model) / SAMPLE_RATE)
            if args.save:
                args.save.mkdir(parents=True, exist_ok=True)
                soundfile.write(args.save / f"{voice}-{number:02d}.wav", samples, SAMPLE_RATE, subtype="PCM_16")
        figures[voice] = vars(score)
        print(f"{args.source:8} {voice:9} {score}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
