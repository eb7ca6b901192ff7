"""test-voices.py: which model speaks, and what it says of itself

SPDX-License-Identifier: Apache-2.0
"""

import shutil

import cli

SPEAKERS = b'aiden dylan eric ono_anna ryan serena sohee uncle_fu vivian'.split()


class Search(cli.Case):
    def setUp(self):
        super().setUp()
        self.environment['XDG_DATA_HOME'] = str(self.path('home'))
        self.environment['XDG_DATA_DIRS'] = f'{self.path("empty")}:{self.path("system")}'

    def install(self, parent, model='tiny-b'):
        shutil.copytree(cli.FIXTURES / model, self.path(parent), dirs_exist_ok=True)

    def voice(self):
        code, output, errors = self.run_program('--info')
        self.assertEqual(code, 0, errors)
        return output.decode(), errors

    def test_demo(self):
        """with nothing installed, the demo voice speaks, and that is said"""
        about, errors = self.voice()
        self.assertIn('demo voice', errors)
        self.assertIn('Name: Demo voice\n', about)

    def test_foreign_text(self):
        """a text in a language that the voice does not speak is pointed out, another one is not"""
        _, _, errors = self.run_program('--max-codes', 2, '--text', 'Guten Tag, wie geht es Ihnen?')
        self.assertIn('german', errors)
        self.assertIn('speaks only: english', errors)
        _, _, errors = self.run_program('--max-codes', 2, '--text', 'Hello, how are you today?')
        self.assertNotIn('speaks only', errors)

    def test_current_folder(self):
        """a checkpoint in the current folder comes first"""
        self.install('home/qora-tts/models/mine')
        self.install('.', 'tiny-c')
        about, errors = self.voice()
        self.assertIn('designed', about)
        self.assertIn('current folder', errors)

    def test_installed(self):
        """the user's own voice comes before the system's, which comes before the demo voice"""
        self.install('system/qora-tts/voices/theirs', 'tiny-c')
        about, errors = self.voice()
        self.assertIn('designed', about)
        self.assertIn(str(self.path('system')), errors)

        self.install('home/qora-tts/models/mine')
        about, errors = self.voice()
        self.assertIn('preset', about)
        self.assertIn(str(self.path('home')), errors)

    def test_packed(self):
        """a voice may be installed as one .qora-tts file"""
        folder = self.path('home/qora-tts/models/mine')
        folder.mkdir(parents=True)
        self.succeed('--model-path', cli.FIXTURES / 'tiny-c', '--save', folder / 'any.qora-tts')
        about, errors = self.voice()
        self.assertIn('designed', about)
        self.assertIn('any.qora-tts', errors)


class Answers(cli.Case):
    def test_speakers(self):
        """--list-speakers prints one name a line, none for a model of designed voices"""
        def listed(model):
            return self.succeed('--model-path', cli.FIXTURES / model, '--list-speakers').split()

        self.assertEqual(listed('tiny-a'), SPEAKERS)
        self.assertEqual(listed('tiny-c'), [])

    def test_languages(self):
        """--list-languages prints what --language takes"""
        listed = self.succeed('--model-path', cli.FIXTURES / 'tiny-a', '--list-languages').split()
        self.assertEqual(listed[0], b'auto')
        for language in cli.fixture('tiny-a')['supported_languages']:
            self.assertIn(language.encode(), listed)

    def test_default_speaker(self):
        """ryan speaks unless another is named; a model without ryan takes its first speaker"""
        shutil.copytree(cli.FIXTURES / 'tiny-a', self.path('model'))
        path = self.path('model/config.json')
        path.write_text(path.read_text().replace('"ryan"', '"zoe"'))
        _, _, errors = self.run_program('--model-path', 'model', '--max-codes', 2)
        self.assertIn('aiden', errors)
        _, _, errors = self.run_program('--model-path', cli.FIXTURES / 'tiny-a', '--max-codes', 2)
        self.assertNotIn('aiden', errors)

    def test_style_without_effect(self):
        """a style that the model would ignore is pointed out"""
        _, _, errors = self.run_program('--model-path', cli.FIXTURES / 'tiny-b', '--max-codes', 2,
                                        '--instruct', 'Very angry.')
        self.assertIn('--instruct', errors)

    def test_version(self):
        """--version prints the name and a version number"""
        self.assertRegex(self.succeed('--version'), rb'^qora-tts \d+\.\d+\.\d+\n$')

    def test_help(self):
        """--help prints every option"""
        text = self.succeed('--help').decode()
        for option in ('load', 'model-path', 'text', 'text-file', 'speaker', 'language', 'instruct',
                       'output', 'max-codes', 'precision', 'f16', 'save', 'seed', 'temperature',
                       'top-k', 'top-p', 'repetition-penalty', 'greedy', 'text-mode', 'threads',
                       'codes-out', 'codes-in', 'tokenize', 'list-speakers', 'list-languages',
                       'info', 'stats', 'quiet', 'version', 'batch', 'pause'):
            self.assertIn(f'--{option}', text)


if __name__ == '__main__':
    cli.main()
