"""test-documents.py: books, pages and subtitles are spoken, and nothing of their mark-up

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import unittest
import zipfile

import cli

FRAMES, SAMPLES_PER_FRAME, RATE = 4, 1920, 24000
PART = FRAMES * SAMPLES_PER_FRAME
MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--max-codes', FRAMES,
         '--seed', 11)
CHAPTERS = {'one': '<h1>One</h1><p>The first <b>chapter</b>.</p>',
            'two': '<h1>Two</h1><p>The second.</p>'}


def make_epub(path):
    items = ''.join(f'<item id="{i}" href="{i}.xhtml" media-type="application/xhtml+xml"/>'
                    for i in CHAPTERS)
    refs = ''.join(f'<itemref idref="{i}"/>' for i in CHAPTERS)
    with zipfile.ZipFile(path, 'w') as book:
        book.writestr('mimetype', 'application/epub+zip')
        book.writestr('META-INF/container.xml',
                      '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>')
        book.writestr('a.opf', f'<package><manifest>{items}</manifest><spine>{refs}</spine></package>')
        for name, body in CHAPTERS.items():
            book.writestr(f'{name}.xhtml', f'<html><body>{body}</body></html>')


@unittest.skipUnless(os.environ.get('QTTS_HAS_TEXTS') == '1', 'built without support for books')
class Documents(cli.Case):
    def subtitles(self, *arguments):
        """The cues of what was spoken: (start, end, text)."""
        self.succeed(*MODEL, *arguments, '--subtitles', 'out.srt')
        return re.findall(r'([0-9:,]+) --> ([0-9:,]+)\n(.*)\n',
                          self.path('out.srt').read_text(encoding='utf-8'))

    def texts(self, *arguments):
        return [text for _, _, text in self.subtitles(*arguments)]

    def test_book(self):
        """all chapters one after another, or one of them"""
        make_epub(self.path('a.epub'))
        self.assertEqual(self.texts('--text-file', 'a.epub'),
                         ['One', 'The first chapter.', 'Two', 'The second.'])
        self.assertEqual(self.texts('--text-file', 'a.epub', '--chapter', 2),
                         ['Two', 'The second.'])
        self.fail_with(1, ['--chapter 3', 'a.epub', '2 chapters'], *MODEL, '--text-file', 'a.epub',
                       '--chapter', 3)

    def test_list(self):
        """the chapters are listed without a model"""
        make_epub(self.path('a.epub'))
        listed = self.succeed('--list-chapters', '--text-file', 'a.epub').decode()
        self.assertEqual(listed, '1\t21\tOne\n2\t14\tTwo\n')
        self.fail_with(2, ['--text-file'], '--list-chapters')
        self.fail_with(2, ['--chapter'], '--chapter', 1, '--text', 'Hello.')
        self.fail_with(2, ['--chapter'], '--chapter', -1, '--text-file', 'a.epub')

    def test_markdown_and_html(self):
        """marks, code and addresses are not read"""
        self.path('a.md').write_text('# Title\n\nSome *text* `here`.\n\n```\ncode\n```\n',
                                     encoding='utf-8')
        self.path('a.html').write_text('<script>no</script><p>Some <i>text</i>.', encoding='utf-8')
        self.assertEqual(self.texts('--text-file', 'a.md'), ['Title', 'Some text here.'])
        self.assertEqual(self.texts('--text-file', 'a.html'), ['Some text.'])

    def test_encoding(self):
        """a text in another encoding is read as what it says"""
        text = 'Über den Wäldern lag der Nebel, und die Straße war naß.'
        self.path('a.txt').write_bytes(text.encode('cp1252'))
        self.assertEqual(self.texts('--text-file', 'a.txt'), [text])

    def test_timed(self):
        """each subtitle begins at its time, or right behind the one that took too long"""
        length = PART / RATE
        self.path('film.srt').write_text(
            '1\n00:00:01,000 --> 00:00:02,000\n<i>One.</i>\n\n'
            '2\n00:00:01,100 --> 00:00:02,000\nTwo.\n\n'
            '3\n00:00:03,000 --> 00:00:04,000\nThree.\n\n', encoding='utf-8')
        code, _, errors = self.run_program(*MODEL, '--text-file', 'film.srt', '--output', 'a.wav')
        self.assertEqual(code, 0, errors)
        self.assertIn('1 of 3 subtitles', errors)
        samples = cli.Wav(self.path('a.wav'), self).samples
        starts = [RATE, RATE + PART, 3 * RATE]
        self.assertEqual(len(samples), starts[-1] + PART)
        self.assertFalse(any(samples[:RATE]))
        self.assertFalse(any(samples[RATE + 2 * PART:3 * RATE]))
        for i, (start, text) in enumerate(zip(starts, ('One.', 'Two.', 'Three.'))):
            self.succeed(*MODEL, '--text', text, '--seed', 11 + 1000 * i, '--output', 'b.wav')
            self.assertEqual(samples[start:start + PART],
                             cli.Wav(self.path('b.wav'), self).samples)
        cues = self.subtitles('--text-file', 'film.srt')
        self.assertEqual([start for start, _, _ in cues],
                         ['00:00:01,000', f'00:00:0{1 + length:.3f}'.replace('.', ','),
                          '00:00:03,000'])

    def test_bad_files(self):
        """the message names the file and what is wrong with it"""
        self.path('a.srt').write_text('1\n00:00:01 -> 00:00:02\nOne.\n', encoding='utf-8')
        self.path('a.png').write_bytes(b'\x89PNG\r\n\x1a\n\0\0')
        self.path('a.epub').write_bytes(b'PK\3\4 not a book')
        for name, words in (('a.srt', 'line 2'), ('a.png', 'not a text'), ('a.epub', 'damaged'),
                            ('missing.txt', 'missing.txt')):
            with self.subTest(file=name):
                self.fail_with(1, [name, words], *MODEL, '--text-file', name)
                self.assertFalse(self.path('output.wav').exists())


if __name__ == '__main__':
    cli.main()
