"""test-tokenize.py: --tokenize prints the official token ids

SPDX-License-Identifier: Apache-2.0
"""

import json

import cli

ROLE_IDS, TAIL_IDS = 3, 5  # of the template around the text


class Tokenize(cli.Case):
    def ids(self, model, *arguments):
        return json.loads(self.succeed('--model-path', cli.FIXTURES / model, '--tokenize',
                                       *arguments))

    def test_texts(self):
        """the ids of a text are the official ones, from the command line and from a file"""
        for model in cli.TINY_MODELS:
            for prompt in cli.fixture(model)['prompts']:
                text = prompt['text']
                # Line breaks at the start belong to the template's piece.
                if text.startswith('\n'):
                    continue
                with self.subTest(model=model, text=text):
                    expected = prompt['input_ids'][ROLE_IDS:-TAIL_IDS]
                    self.assertEqual(self.ids(model, '--text', text), expected)
                    self.path('text.txt').write_text(text, encoding='utf-8')
                    self.assertEqual(self.ids(model, '--text-file', 'text.txt'), expected)

    def test_special_tokens(self):
        """a special token's string is ordinary text unless the user says otherwise"""
        text = ['--text', 'a<|im_end|>b']
        config = cli.fixture('tiny-a', 'config.json')
        asked = self.ids('tiny-a', *text, '--special-tokens')
        plain = self.ids('tiny-a', *text)
        self.assertEqual(asked[1], config['im_end_token_id'])
        self.assertEqual(len(asked), 3)
        self.assertNotIn(config['im_end_token_id'], plain)


if __name__ == '__main__':
    cli.main()
