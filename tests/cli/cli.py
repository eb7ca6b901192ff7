"""cli.py: what every test of the command line shares

SPDX-License-Identifier: Apache-2.0
"""

import array
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import traceback
import unittest

PROGRAM = os.environ['QORA_TTS']
FIXTURES = pathlib.Path(os.environ['QTTS_FIXTURES'])
DATA = pathlib.Path(os.environ['QTTS_DATA'])
TINY_MODELS = ('tiny-a', 'tiny-b', 'tiny-c')


class Case(unittest.TestCase):
    """A test in an empty folder of its own, from which no installed voice can be seen."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='qora-tts-test-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = dict(os.environ, LC_ALL='C',
                                XDG_DATA_HOME=str(self.folder / 'no-data'),
                                XDG_DATA_DIRS=str(self.folder / 'no-data'))

    def path(self, name):
        return self.folder / name

    def start(self, *arguments, **options):
        options.setdefault('stdin', subprocess.DEVNULL)
        options.setdefault('stdout', subprocess.PIPE)
        options.setdefault('stderr', subprocess.PIPE)
        return subprocess.Popen([PROGRAM, *map(os.fsencode, map(str, arguments))],
                                cwd=self.folder, env=self.environment, **options)

    def run_program(self, *arguments, stdin=None, **options):
        """Returns exit code, standard output as bytes and standard error as text."""
        if stdin is not None:
            options['stdin'] = subprocess.PIPE
        process = self.start(*arguments, **options)
        output, errors = process.communicate(stdin)
        return process.returncode, output, (errors or b'').decode()

    def succeed(self, *arguments, **options):
        code, output, errors = self.run_program(*arguments, **options)
        self.assertEqual(code, 0, errors)
        return output

    def fail_with(self, code, mentions, *arguments, **options):
        """The program must exit with `code` and name everything in `mentions`."""
        actual, _, errors = self.run_program(*arguments, **options)
        self.assertEqual(actual, code, errors)
        for mention in mentions:
            self.assertIn(mention, errors)

    def assert_nothing_left(self, *names):
        """The folder holds these files and no others, temporary ones included."""
        self.assertEqual(sorted(entry.name for entry in self.folder.iterdir()), sorted(names))


def fixture(model, name='expected.json'):
    return json.loads((FIXTURES / model / name).read_text(encoding='utf-8'))


def expected_codes(codes):
    """Rows of a recorded tensor as --codes-out writes them."""
    return {'frames': len(codes), 'groups': len(codes[0]), 'codes': codes}


class Tensors:
    """The recorded values of an expected.safetensors."""

    def __init__(self, model):
        self.bytes = (FIXTURES / model / 'expected.safetensors').read_bytes()
        (length,) = struct.unpack_from('<Q', self.bytes)
        self.start = 8 + length
        self.header = json.loads(self.bytes[8:self.start])

    def flat(self, name):
        entry = self.header[name]
        begin, end = (self.start + offset for offset in entry['data_offsets'])
        values = array.array({'F32': 'f', 'I32': 'i'}[entry['dtype']])
        values.frombytes(self.bytes[begin:end])
        return values

    def rows(self, name):
        width = self.header[name]['shape'][-1]
        values = self.flat(name).tolist()
        return [values[at:at + width] for at in range(0, len(values), width)]


class Wav:
    """A sound file, its header checked field by field."""

    def __init__(self, path, case, sample_rate=24000):
        content = pathlib.Path(path).read_bytes()
        riff, riff_bytes, kind = struct.unpack_from('<4sI8s', content)
        case.assertEqual((riff, kind), (b'RIFF', b'WAVEfmt '))
        case.assertEqual(riff_bytes, len(content) - 8)
        case.assertEqual(struct.unpack_from('<IHHIIHH', content, 16),
                         (16, 1, 1, sample_rate, 2 * sample_rate, 2, 16))
        case.assertEqual(content[36:40], b'data')
        case.assertEqual(struct.unpack_from('<I', content, 40), (len(content) - 44,))
        self.raw = content[44:]
        self.samples = array.array('h', self.raw)
        self.seconds = len(self.samples) / sample_rate


class TapResult(unittest.TestResult):
    """Prints each test as one line of the Test Anything Protocol."""

    def startTest(self, test):
        super().startTest(test)
        self.problems = []
        self.remark = ''

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.problems.append(''.join(traceback.format_exception(*err)))

    def addError(self, test, err):
        super().addError(test, err)
        self.problems.append(''.join(traceback.format_exception(*err)))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.problems.append(f'{subtest}\n' + ''.join(traceback.format_exception(*err)))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.remark = f' # SKIP {reason}'

    def stopTest(self, test):
        verdict = 'not ok' if self.problems else 'ok'
        title = test.shortDescription() or test.id().split('.', 1)[-1]
        print(f'{verdict} {self.testsRun} - {title}{self.remark}', flush=True)
        for problem in self.problems:
            print('# ' + problem.replace('\n', '\n# '), flush=True)
        super().stopTest(test)


def main():
    """Runs the tests of the calling script."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules['__main__'])
    print(f'1..{suite.countTestCases()}', flush=True)
    result = TapResult()
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
