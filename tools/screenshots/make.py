"""make.py QORA FOLDER: the pictures of the README and of software centres, from the real window

Speaks with whatever voice the program finds, so the build's demo voice. For a display of its own:
see `make` beside it.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess
import sys

from looks import settle
from window import Window, is_sensitive, wait_for

WIDTH, HEIGHT = 980, 640
EARLIER = ('The next train to the harbour leaves from platform two.',
           'Welcome, and thank you for coming. Please take a seat.')
TEXT = ('The mole had been working very hard all the morning, spring cleaning his little home.\n'
        'First with brooms, then with dusters; then on ladders and steps and chairs, with a brush '
        'and a pail of whitewash.\n'
        'Spring was moving in the air above, and in the earth below and around him.\n'
        'Something up above was calling him, and he made for the steep little tunnel.')
SCHEMES = {'light': 'prefer-light', 'dark': 'prefer-dark'}


def speak(window, text):
    window.write(text)
    wait_for('the voice is there', lambda: is_sensitive(window.find('push button', '^Generate$')))
    window.press('push button', '^Generate$')
    window.label('^(Part . of .: )?Done')
    wait_for('the run is over', lambda: not is_sensitive(window.find('push button', '^Stop$')))


def picture(window, path):
    place = window.extents()
    subprocess.run(['import', '-window', 'root', '-crop',
                    f'{place.width}x{place.height}+{place.x}+{place.y}', '+repage', '-strip', path],
                   check=True)


def main(program, folder):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    os.makedirs(folder, exist_ok=True)
    settle(WIDTH, HEIGHT)
    window = Window(program, QORA_ENGINE='')
    for text in EARLIER:
        speak(window, text)
        window.activate('new-take')
    speak(window, TEXT)
    window.quit()

    for scheme, setting in SCHEMES.items():
        window = Window(program, QORA_ENGINE='', ADW_DEBUG_COLOR_SCHEME=setting)
        window.place_cursor(TEXT.index('Spring'))
        window.label('^Part 3 of 4: Done')
        window.set_value(window.find('slider', '^Position$'), 7.0)
        window.label('0:07 / ')
        picture(window, os.path.join(folder, scheme + '.png'))
        window.quit()


main(*sys.argv[1:])
