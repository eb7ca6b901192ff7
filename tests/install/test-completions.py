"""test-completions.py: the shells take the completions and complete with them

SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import shutil
import subprocess

import cli

FOLDER = cli.DATA / 'completions'
FILES = {'bash': '*.bash', 'zsh': '_*', 'fish': '*.fish'}
# What bash does when the tab key is pressed behind the words $@, the last of which is unfinished.
BASH_TAB = '''
compopt() { :; }
source "$FILE"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_qora_tts "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
'''


class Completions(cli.Case):
    def setUp(self):
        super().setUp()
        self.environment['PATH'] = f'{pathlib.Path(cli.PROGRAM).parent}:{os.environ["PATH"]}'
        self.environment['HOME'] = str(self.folder)
        self.model = str(cli.FIXTURES / 'tiny-a')

    def run_shell(self, shell, *arguments):
        if shutil.which(shell) is None:
            self.skipTest(f'{shell} is not installed')
        result = subprocess.run([shell, *arguments], cwd=self.folder, env=self.environment,
                                capture_output=True, encoding='utf-8')
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        return result.stdout.splitlines()

    def bash(self, *words):
        self.environment['FILE'] = str(FOLDER / 'qora-tts.bash')
        return self.run_shell('bash', '-c', BASH_TAB, 'bash', 'qora-tts', *words)

    def fish(self, line):
        lines = self.run_shell('fish', '--no-config', '-c',
                               f'source {FOLDER}/qora-tts.fish; complete -C "qora-tts {line}"')
        return [line.split('\t')[0] for line in lines]

    def check_syntax(self, shell):
        for path in sorted(FOLDER.glob(FILES[shell])):
            self.run_shell(shell, '-n', path)

    def test_bash_syntax(self):
        """bash reads its files"""
        self.check_syntax('bash')

    def test_zsh_syntax(self):
        """zsh reads its files"""
        self.check_syntax('zsh')

    def test_fish_syntax(self):
        """fish reads its files"""
        self.check_syntax('fish')

    def test_bash_option(self):
        """bash finishes an option"""
        self.assertEqual(self.bash('--spea'), ['--speaker'])

    def test_bash_speaker(self):
        """bash offers the speakers of the model on the line, in both spellings"""
        self.assertEqual(self.bash('--model-path', self.model, '--speaker', 'r'), ['ryan'])
        self.assertEqual(self.bash('--model-path', '=', self.model, '--speaker', '=', 'r'),
                         ['ryan'])
        self.assertEqual(self.bash('--model-path', self.model, '--speaker', '=')[:2],
                         self.speakers()[:2])

    def test_bash_files(self):
        """bash offers folders and only files of the kind that the option takes"""
        for name in ('a b.srt', 'a.wav'):
            self.path(name).touch()
        self.path('audio').mkdir()
        self.assertEqual(self.bash('--subtitles', 'a'), ['audio', 'a b.srt'])
        self.assertEqual(self.bash('--output', 'a'), ['audio', 'a.wav'])

    def test_fish_option(self):
        """fish finishes an option"""
        self.assertEqual(self.fish('--spea'), ['--speaker'])

    def test_fish_speaker(self):
        """fish offers the speakers and languages of the model on the line"""
        self.assertEqual(self.fish(f'--model-path {self.model} --speaker '), self.speakers())
        self.assertEqual(self.fish(f'--model-path={self.model} --language ge'), ['german'])

    def speakers(self):
        return self.succeed('--model-path', self.model, '--list-speakers').decode().split()


if __name__ == '__main__':
    cli.main()
