"""test-pronunciation.py: --pronunciation changes what is spoken, and nothing that is written

SPDX-License-Identifier: Apache-2.0
"""

import cli

MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--max-codes', 6)


class Pronunciation(cli.Case):
    def speak(self, text, *arguments):
        self.succeed(*MODEL, '--text', text, '--codes-out', 'codes.json', *arguments)
        return self.path('codes.json').read_text(encoding='utf-8')

    def test_spoken(self):
        """the model is given the replacement, the subtitles keep the text"""
        self.path('list.tsv').write_text('# words\nSQL\tsequel\nGift\tTox\tgerman\n',
                                         encoding='utf-8')
        listed = self.speak('Ask SQL.', '--pronunciation', 'list.tsv', '--subtitles', 'x.srt')
        self.assertEqual(listed, self.speak('Ask sequel.'))
        self.assertNotEqual(listed, self.speak('Ask SQL.'))
        self.assertIn('Ask SQL.', self.path('x.srt').read_text(encoding='utf-8'))

    def test_language(self):
        """a pair for another language has no effect"""
        self.path('list.tsv').write_text('Gift\tTox\tgerman\n', encoding='utf-8')
        self.assertEqual(self.speak('A Gift.', '--pronunciation', 'list.tsv'),
                         self.speak('A Gift.'))

    def test_refused(self):
        """a list that is missing or broken is named, with the line"""
        self.path('list.tsv').write_text('a\tb\nnonsense\n', encoding='utf-8')
        self.fail_with(1, ['list.tsv', '2'], *MODEL, '--pronunciation', 'list.tsv')
        self.fail_with(1, ['none.tsv'], *MODEL, '--pronunciation', 'none.tsv')
        self.assert_nothing_left('list.tsv')


if __name__ == '__main__':
    cli.main()
