#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build the demo voice: one command for every step, and one for all of them.

  pipeline.py --work DIR all
  pipeline.py --work DIR text | flite | speech | test | tokenizer | codes | encode | listener | decoder
                         | talker | export | evaluate

DIR (or the environment variable QORA_TRAIN) is a folder outside the repository with some 10 GB of room. A step that
is finished is skipped, a step that was stopped goes on where it was. Arguments after -- go to the step's program.
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
FLITE_LIBRARIES = ["cmu_us_slt", "cmu_us_rms", "cmu_us_awb", "cmu_us_kal16", "usenglish", "cmulex"]


class Pipeline:
    def __init__(self, work, model, minutes):
        self.work, self.model, self.minutes = work, model, minutes
        self.text, self.flite = work / "text.txt", work / "flite_batch"
        self.corpus, self.test, self.tokens = work / "corpus", work / "test", work / "tokenizer"
        self.fitted, self.listener, self.extra = work / "codes.safetensors", work / "listener.pt", []
        self.sentences = HERE / "test_sentences.txt"

    STEPS = ["text", "flite", "speech", "test", "tokenizer", "codes", "encode", "listener", "decoder", "talker",
             "export", "evaluate"]

    def run(self, script, *arguments):
        command = [sys.executable, HERE / script, *arguments, *self.extra]
        print("+", *(str(part) for part in command), flush=True)
        environment = dict(os.environ, OMP_WAIT_POLICY="PASSIVE")
        subprocess.run([str(part) for part in command], check=True, env=environment)

    def step_text(self):
        if self.extra or not self.text.exists():
            self.run("make_text.py", "--out", self.text, "--exclude", self.sentences)

    def step_flite(self):
        if not self.flite.exists():
            libraries = [f"-lflite_{name}" for name in FLITE_LIBRARIES]
            subprocess.run(["cc", "-O2", HERE / "flite_batch.c", "-o", self.flite, *libraries, "-lflite", "-lm"],
                           check=True)

    def step_speech(self):
        self.run("make_speech.py", "--text", self.text, "--out", self.corpus, "--flite-batch", self.flite)

    def step_test(self):
        self.run("make_speech.py", "--text", self.sentences, "--out", self.test, "--flite-batch", self.flite,
                 "--every-voice")

    def step_tokenizer(self):
        if not (self.tokens / "tokenizer_config.json").exists():
            self.run("make_tokenizer.py", "--text", self.text, "--out", self.tokens)

    def step_codes(self):
        if not self.fitted.exists():
            self.run("fit_codes.py", "--corpus", self.corpus, "--out", self.fitted)

    def step_encode(self):
        self.run("encode_corpus.py", "--corpus", self.corpus, "--encoder", self.fitted, "--tokenizer", self.tokens)

    def step_listener(self):
        if not self.listener.exists():
            self.run("listener.py", "--corpus", self.corpus, "--out", self.listener)

    def step_decoder(self):
        self.run("train_decoder.py", "--corpus", self.corpus, "--encoder", self.fitted, "--out",
                 self.work / "decoder", "--listener", self.listener, "--minutes", self.minutes)

    def step_talker(self):
        self.run("train_talker.py", "--corpus", self.corpus, "--tokenizer", self.tokens, "--out",
                 self.work / "talker", "--minutes", self.minutes, "--packed")

    def step_export(self):
        self.run("export_model.py", "--talker", self.work / "talker/last.pt", "--decoder",
                 self.work / "decoder/last.pt", "--tokenizer", self.tokens, "--out", self.work / "model")
        if self.model:
            shutil.copytree(self.work / "model", self.model, dirs_exist_ok=True)

    def step_evaluate(self):
        self.run("evaluate.py", "teacher", "--test", self.test)
        self.run("evaluate.py", "codes", "--test", self.test, "--encoder", self.fitted)
        self.run("evaluate.py", "codec", "--test", self.test, "--encoder", self.fitted, "--decoder",
                 self.work / "decoder/last.pt")
        self.run("evaluate.py", "official", "--test", self.test, "--model", self.work / "model", "--json",
                 self.work / "figures.json")


def main():
    arguments, extra = sys.argv[1:], []
    if "--" in arguments:
        extra = arguments[arguments.index("--") + 1:]
        arguments = arguments[: arguments.index("--")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["all", *Pipeline.STEPS])
    parser.add_argument("--work", type=Path, default=os.environ.get("QORA_TRAIN"), help="work folder")
    parser.add_argument("--install", type=Path, help="folder that the export is copied to, such as data/voices/demo")
    parser.add_argument("--minutes", type=float, default=360, help="CPU time of each of the two trainings")
    args = parser.parse_args(arguments)
    if not args.work:
        parser.error("name a work folder with --work or QORA_TRAIN")
    work = Path(args.work).resolve()
    if work.is_relative_to(REPOSITORY):
        parser.error("the work folder must be outside the repository")
    if extra and args.step == "all":
        parser.error("arguments after -- go to a single step")
    work.mkdir(parents=True, exist_ok=True)
    pipeline = Pipeline(work, args.install, args.minutes)
    pipeline.extra = extra
    for step in Pipeline.STEPS if args.step == "all" else [args.step]:
        print(f"== {step}", flush=True)
        getattr(pipeline, f"step_{step}")()


if __name__ == "__main__":
    main()
