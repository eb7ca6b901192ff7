"""test-errors.py: what is wrong is named, with what would be right, and the exit code says so

SPDX-License-Identifier: Apache-2.0
"""

import json
import shutil

import cli

FAILED, USAGE = 1, 2
MODEL = ('--model-path', cli.FIXTURES / 'tiny-a')


class Usage(cli.Case):
    CASES = (
        (['--temperature', '0'], ['--temperature', '--greedy']),
        (['--temperature', '-1'], ['--temperature']),
        (['--top-k', '-1'], ['--top-k']),
        (['--top-p', '0'], ['--top-p']),
        (['--top-p', '1.5'], ['--top-p']),
        (['--repetition-penalty', '0.5'], ['--repetition-penalty']),
        (['--max-codes', '0'], ['--max-codes']),
        (['--max-codes', 'many'], ['--max-codes', 'many']),
        (['--threads', '-1'], ['--threads']),
        (['--batch', '-1'], ['--batch']),
        (['--pause', '-1'], ['--pause']),
        (['--seed', '-1'], ['--seed', '-1']),
        (['--seed', '18446744073709551616'], ['--seed']),
        (['--precision', 'q5'], ['q5', 'q4', 'q8', 'f16', 'bf16', 'f32']),
        (['--precision', 'q8', '--f16'], ['--f16', '--precision']),
        (['--text-mode', 'fast'], ['fast', 'streaming', 'non-streaming']),
        (['--text', 'a', '--text-file', 'b'], ['--text', '--text-file']),
        (['--load', 'a', '--model-path', 'b'], ['--load', '--model-path']),
        (['--codes-in', 'a', '--text', 'b'], ['--codes-in']),
        (['--codes-in', 'a', '--codes-out', 'b'], ['--codes-in', '--codes-out']),
        (['--info', '--tokenize'], ['--info', '--tokenize']),
        (['--loud'], ['--loud', '--help']),
        (['Hello', 'there'], ['Hello', '--text']),
    )

    def test_usage(self):
        """an option that cannot be is refused with exit code 2"""
        for arguments, mentions in self.CASES:
            with self.subTest(arguments=arguments):
                self.fail_with(USAGE, mentions, *arguments)
                self.assert_nothing_left()


class Texts(cli.Case):
    def test_empty_text(self):
        """an empty or blank text is refused"""
        for text in ('', ' ', '\n\t \u3000'):
            with self.subTest(text=text):
                self.fail_with(FAILED, ['--text', 'empty'], *MODEL, '--text', text)
                self.path('blank.txt').write_text(text, encoding='utf-8')
                self.fail_with(FAILED, ['blank.txt', 'empty'], *MODEL, '--text-file', 'blank.txt')
                self.assert_nothing_left('blank.txt')

    def test_text_file(self):
        """a text file that is missing or not a text is named"""
        self.fail_with(FAILED, ['none.txt'], *MODEL, '--text-file', 'none.txt')
        self.path('zero.txt').write_bytes(b'a\0b')
        self.fail_with(FAILED, ['zero.txt'], *MODEL, '--text-file', 'zero.txt')
        self.fail_with(FAILED, ['standard input', 'empty'], *MODEL, '--text-file', '-', stdin=b' ')

    def test_text_not_utf8(self):
        """an argument that is not UTF-8 is refused"""
        self.fail_with(USAGE, ['--text', 'UTF-8'], *MODEL, '--text', 'caf\udce9')


class Voices(cli.Case):
    def test_unknown_names(self):
        """an unknown speaker or language is answered with the known ones"""
        self.fail_with(FAILED, ['nobody', 'ryan', 'serena'], *MODEL, '--speaker', 'nobody')
        self.fail_with(FAILED, ['klingon', 'english', 'korean'], *MODEL, '--language', 'klingon')
        self.assert_nothing_left()

    def test_speaker_of_designed_voice(self):
        """a model without preset voices says so"""
        self.fail_with(FAILED, ['ryan', '--instruct'], '--model-path', cli.FIXTURES / 'tiny-c',
                       '--speaker', 'ryan')


class Models(cli.Case):
    def test_paths(self):
        """a model that is not there, or not of the option's kind, is named"""
        self.fail_with(FAILED, ['none'], '--model-path', 'none')
        self.fail_with(FAILED, ['none.qora-tts'], '--load', 'none.qora-tts')
        self.fail_with(FAILED, ['tiny-a', '--model-path'], '--load', cli.FIXTURES / 'tiny-a')
        config = cli.FIXTURES / 'tiny-a' / 'config.json'
        self.fail_with(FAILED, ['config.json', '--load'], '--model-path', config)

    def test_base(self):
        """a Base checkpoint is recognised and refused"""
        self.fail_with(FAILED, ['Base'], '--model-path', cli.FIXTURES / 'tiny-d')

    def broken_copy(self):
        shutil.copytree(cli.FIXTURES / 'tiny-a', self.path('model'))
        return self.path('model')

    def test_missing_files(self):
        """a checkpoint with a file missing names the file"""
        for name in ('config.json', 'model.safetensors', 'vocab.json', 'merges.txt',
                     'speech_tokenizer/config.json', 'speech_tokenizer/model.safetensors'):
            with self.subTest(file=name):
                (self.broken_copy() / name).unlink()
                self.fail_with(FAILED, [name.rpartition('/')[2]], '--model-path', 'model')
                shutil.rmtree(self.path('model'))

    def test_missing_key(self):
        """a checkpoint with a key missing names file and key"""
        path = self.broken_copy() / 'config.json'
        config = json.loads(path.read_text())
        del config['talker_config']['num_hidden_layers']
        path.write_text(json.dumps(config))
        self.fail_with(FAILED, ['config.json', 'num_hidden_layers'], '--model-path', 'model')

    def test_truncated_weights(self):
        """a checkpoint that was cut short names the file"""
        path = self.broken_copy() / 'model.safetensors'
        path.write_bytes(path.read_bytes()[:-1])
        self.fail_with(FAILED, ['model.safetensors'], '--model-path', 'model')

    def test_not_a_packed_file(self):
        """a file that is no .qora-tts is refused by name"""
        self.path('other.qora-tts').write_bytes(b'RIFF' + bytes(100))
        self.fail_with(FAILED, ['other.qora-tts'], '--load', 'other.qora-tts')


class Codes(cli.Case):
    CASES = (
        ('{', ['JSON']),
        ('{"codes":[[1]]} trailing', ['JSON']),
        ('[]', ['codes']),
        ('{"frames":1,"groups":16}', ['codes']),
        ('{"codes":{}}', ['codes']),
        ('{"codes":[]}', ['empty']),
        ('{"groups":8,"codes":[[1]]}', ['groups', '16']),
        ('{"frames":2,"codes":[%s]}', ['frames', '1']),
        ('{"codes":[%s,[1,2,3]]}', ['frame 1', '16']),
        ('{"codes":[%s,7]}', ['frame 1', '16']),
        ('{"codes":[[0,0,2048,0,0,0,0,0,0,0,0,0,0,0,0,0]]}', ['frame 0', 'group 2', '2047']),
        ('{"codes":[[0,-1,0,0,0,0,0,0,0,0,0,0,0,0,0,0]]}', ['frame 0', 'group 1', '2047']),
        ('{"codes":[[0.5,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]]}', ['frame 0', 'group 0']),
        ('{"codes":[["1",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]]}', ['frame 0', 'group 0']),
    )

    def test_broken_codes(self):
        """codes that are broken, ragged or out of range are named"""
        frame = str(list(range(16)))
        for text, mentions in self.CASES:
            with self.subTest(json=text):
                self.path('codes.json').write_text(text.replace('%s', frame))
                self.fail_with(FAILED, ['codes.json', *mentions], *MODEL,
                               '--codes-in', 'codes.json')
                self.assert_nothing_left('codes.json')

    def test_missing_codes(self):
        """a codes file that is not there is named"""
        self.fail_with(FAILED, ['none.json'], *MODEL, '--codes-in', 'none.json')


if __name__ == '__main__':
    cli.main()
