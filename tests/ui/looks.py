"""looks.py: what the window finds of the desktop's and the user's settings

SPDX-License-Identifier: Apache-2.0
"""
import os


def settle(width, height):
    """Settings that the window finds when it opens."""
    config = os.environ['XDG_CONFIG_HOME']
    os.makedirs(os.path.join(config, 'glib-2.0/settings'), exist_ok=True)
    with open(os.path.join(config, 'glib-2.0/settings/keyfile'), 'w', encoding='utf-8') as file:
        file.write('[io/github/qoranet/QoraTts]\n'
                   f'window-width={width}\nwindow-height={height}\nautoplay=false\n')
    os.makedirs(os.path.join(config, 'gtk-4.0'), exist_ok=True)
    with open(os.path.join(config, 'gtk-4.0/settings.ini'), 'w', encoding='utf-8') as file:
        # What desktops have; without it there would be two more buttons.
        file.write('[Settings]\ngtk-decoration-layout=:close\n')
