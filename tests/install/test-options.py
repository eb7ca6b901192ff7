"""test-options.py: manual pages and completions know the options that the programs have

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import subprocess

import cli

PROGRAMS = {'qora-tts': cli.PROGRAM, 'qora': os.environ['QORA']}
# Where an option may stand, and how it looks there.
PLACES = {
    'man/{}.1': r'^\.It .*?Fl -([a-z0-9-]+)',
    'completions/{}.bash': r'(?<![\w-])--([a-z0-9-]+)',
    'completions/_{}': r'[\'"{,)]--([a-z0-9-]+)(?=[=\[\'}])',
    'completions/{}.fish': r'^complete .*? -l ([a-z0-9-]+)',
}


def options_of(program, switch):
    """The options that the program itself prints."""
    output = subprocess.run([PROGRAMS[program], switch], check=True, capture_output=True,
                            encoding='utf-8', env=dict(os.environ, LC_ALL='C')).stdout
    return set(re.findall(r'^  (?:-\w, )?--([a-z0-9-]+)', output, re.M))


class Options(cli.Case):
    def check(self, program):
        if not PROGRAMS[program]:
            self.skipTest(f'{program} was not built')
        shown = options_of(program, '--help')
        self.assertGreater(len(shown), 2)
        for place, pattern in PLACES.items():
            with self.subTest(place=place.format(program)):
                text = (cli.DATA / place.format(program)).read_text(encoding='utf-8')
                known = set(re.findall(pattern, text, re.M))
                self.assertEqual(shown - known, set(), 'missing')
                self.assertEqual(known - options_of(program, '--help-all'), set(), 'not an option')

    def test_command_line(self):
        """qora-tts: all four texts have exactly its options"""
        self.check('qora-tts')

    def test_application(self):
        """qora: all four texts have exactly its options"""
        self.check('qora')


if __name__ == '__main__':
    cli.main()
