"""test-looks.py QORA: the window fits and keeps its names however it is looked at

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import subprocess
import sys

from looks import settle
from window import Window

TEXT = ('The mole had been working very hard all the morning.\n'
        'First with brooms, then with dusters; then on ladders and steps and chairs.')
BORDER = 12  # pixels that the window draws around itself where there are no shadows
LOOKS = {  # name: width, height, environment
    'light': (980, 680, {}),
    'dark': (980, 680, {'ADW_DEBUG_COLOR_SCHEME': 'prefer-dark'}),
    'contrast': (980, 680, {'ADW_DEBUG_HIGH_CONTRAST': '1'}),
    'small': (360, 294, {}),
    'text-200': (1200, 780, {}),
}


def set_text_size(dots_per_inch):
    """What the display tells its programs."""
    subprocess.run(['xprop', '-root', '-f', 'RESOURCE_MANAGER', '8s', '-set', 'RESOURCE_MANAGER',
                    f'Xft.dpi:\t{dots_per_inch}'], check=True)


def main(program):
    if shutil.which('xprop') is None:
        print('skipped: xprop is not installed')
        sys.exit(77)

    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    for name, (width, height, environment) in LOOKS.items():
        settle(width, height)
        set_text_size(192 if name == 'text-200' else 96)
        window = Window(program, QORA_FAKE_RTF='0.01', **environment)
        window.write(TEXT)
        window.press('push button', '^Generate$')
        window.label('^Part 2 of 2: Done')
        place = window.extents()
        assert width - BORDER <= place.width <= width, (name, place.width)
        assert height - BORDER <= place.height <= height, (name, place.height)
        assert window.unnamed() == [], (name, window.unnamed())
        window.screenshot('looks-' + name)
        window.quit()


main(sys.argv[1])
