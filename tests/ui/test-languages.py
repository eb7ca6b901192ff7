"""test-languages.py QORA: the window in other languages, and from right to left

SPDX-License-Identifier: Apache-2.0
"""
import gettext
import os
import re
import subprocess
import sys

from looks import settle
from window import Window, wait_for

CATALOGUES = os.path.join(os.path.dirname(sys.argv[1]), '../../po')
WIDTH, HEIGHT = 980, 680
SMALL_WIDTH, SMALL_HEIGHT = 360, 294
BORDER = 12  # pixels that the window draws around itself where there are no shadows
LOCALES = {'de': 'de_DE', 'ja': 'ja_JP', 'he': 'he_IL'}
TEXTS = {
    'de': 'Der Maulwurf hatte den ganzen Morgen schwer gearbeitet.\nErst mit Besen, dann mit Tüchern.',
    'ja': 'もぐらは朝からずっと働いていました。\nまずはほうきで、それから布で。',
    'he': 'החפרפרת עבדה קשה כל הבוקר.\nתחילה במטאטאים ואחר כך במטליות.',
}


class Reader:
    """The window of somebody who reads one language; where there is no catalogue, English."""

    def __init__(self, program, language):
        self.words = gettext.translation('qora-tts', CATALOGUES, [language], fallback=True)
        self.window = Window(program, QORA_FAKE_RTF='0.01', LANGUAGE=language,
                             LC_ALL=LOCALES[language] + '.UTF-8', LOCPATH=os.environ['HOME'])

    def word(self, english):
        return re.escape(self.words.gettext(english))

    def find(self, role, english):
        return self.window.find(role, f'^{self.word(english)}$')

    def speak(self, text):
        self.window.write(text, self.find('text', 'Text to Speak'))
        self.window.press('push button', f'^{self.word("Generate")}$')
        done = self.words.gettext('Part %u of %u: %s') % (2, 2, self.words.gettext('Done'))
        self.window.label('^' + re.sub('[12]', '[12]', re.escape(done)))

    def close(self, name):
        assert self.window.unnamed() == [], (name, self.window.unnamed())
        self.window.screenshot('language-' + name)
        self.window.quit()


def make_locale(name):
    """Few systems have all of them; the direction of writing depends on it."""
    made = os.path.join(os.environ['HOME'], name + '.UTF-8')
    try:
        subprocess.run(['localedef', '-i', name, '-f', 'UTF-8', made], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f'skipped: the locale {name} cannot be made: {error}')
        sys.exit(77)


def make_empty_catalogue(language):
    """GLib leaves everything in English, its direction too, where a program has no catalogue."""
    folder = os.path.join(CATALOGUES, language, 'LC_MESSAGES')
    os.makedirs(folder, exist_ok=True)
    header = f'msgid ""\nmsgstr "Language: {language}\\nContent-Type: text/plain; charset=UTF-8\\n"\n'
    subprocess.run(['msgfmt', '-o', os.path.join(folder, 'qora-tts.mo'), '-'],
                   input=header.encode(), check=True)


def takes_are_at_right(reader):
    place_of = reader.window.place_of
    takes = place_of(reader.find('list', 'Takes'))
    words = place_of(reader.find('text', 'Text to Speak'))
    return takes.x > words.x


def main(program):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    for name in LOCALES.values():
        make_locale(name)
    make_empty_catalogue('he')
    for language, text in TEXTS.items():
        settle(WIDTH, HEIGHT)
        reader = Reader(program, language)
        reader.speak(text)
        wait_for(f'{language}: the takes are where reading begins',
                 lambda reader=reader, rtl=language == 'he': takes_are_at_right(reader) == rtl)
        reader.close(language)

    settle(SMALL_WIDTH, SMALL_HEIGHT)
    reader = Reader(program, 'de')
    reader.speak(TEXTS['de'])
    place = reader.window.extents()
    assert SMALL_WIDTH - BORDER <= place.width <= SMALL_WIDTH, place.width
    assert SMALL_HEIGHT - BORDER <= place.height <= SMALL_HEIGHT, place.height
    reader.close('de-small')


main(sys.argv[1])
