"""test-actions.py QORA: what other programs and the preferences may ask of the program

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import subprocess
import sys
import time

from window import APP_ID, Gio, GLib, Window, is_sensitive, wait_for


def act(action, *arguments):
    """As `gapplication action` and desktops do."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    bus.call_sync(APP_ID, '/' + APP_ID.replace('.', '/'), 'org.freedesktop.Application',
                  'ActivateAction', GLib.Variant('(sava{sv})', (action, list(arguments), {})),
                  None, Gio.DBusCallFlags.NONE, -1, None)


def take_files():
    return glob.glob(os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/takes/*/take.json'))


def takes():
    """The texts of the takes on disk that have sound."""
    texts = set()
    for path in take_files():
        with open(path, encoding='utf-8') as file:
            take = json.load(file)
        if any('sound' in part for part in take['parts']):
            texts.add(take['text'])
    return texts


def windows(window):
    return window.root.get_child_count()


def speak(window):
    act('speak', GLib.Variant('s', 'Dinner is ready.'))
    wait_for('the text is shown', lambda: window.read() == 'Dinner is ready.')
    wait_for('it is spoken', lambda: takes() == {'Dinner is ready.'})

    # In place of what is spoken already.
    long = 'This takes a while to be read. ' * 20
    act('speak', GLib.Variant('s', long))
    window.label('^Making')
    act('speak', GLib.Variant('s', 'Something else.'))
    wait_for('the other text is spoken', lambda: 'Something else.' in takes())
    assert window.read() == 'Something else.'
    act('speak', GLib.Variant('s', long))
    window.label('^Making')
    act('stop')
    wait_for('it stops', lambda: not is_sensitive(window.find('push button', '^Stop$')))


def speak_beside_a_draft(window):
    window.activate('new-take')
    wait_for('the page is empty', lambda: window.read() == '')
    window.write('Not spoken by anyone yet.')
    window.label('^Not spoken yet')
    window.click(window.text())
    window.keys('ctrl+a', 'ctrl+c')
    act('speak-clipboard')
    wait_for('a second window opens', lambda: windows(window) == 2)
    wait_for('it is spoken there', lambda: 'Not spoken by anyone yet.' in takes())
    window.keys('ctrl+w')
    wait_for('the second window is closed', lambda: windows(window) == 1)
    window.label('^Not spoken yet')


def file_names(window):
    window.activate_app('preferences')
    window.label(r'Example: A Letter Home\.wav$')
    window.write('{number} {voice}/& {title}', into=window.find('text', 'Pattern'))
    window.label(r'Example: 01 Serena & A Letter Home\.wav$')
    assert window.unnamed() == [], window.unnamed()
    window.keys('Escape')


def delete_all(window):
    n = len(take_files())
    assert n > 1
    window.activate('delete-all-takes')
    window.label('^Delete All Takes')
    window.screenshot('actions-delete-all')
    window.press('push button', 'Delete$')
    window.label('takes deleted$')
    window.press('push button', 'Undo')
    wait_for('they are back', lambda: len(window.find_all('list item')) >= n)
    assert len(take_files()) == n

    window.activate('delete-all-sound')
    window.label('^Delete All Sound')
    window.press('push button', 'Delete$')
    window.label('^Sound deleted')
    window.press('push button', '^Dismiss')
    wait_for('no sound is left', lambda: takes() == set())
    assert len(take_files()) == n


def old_takes_go(program, window):
    window.quit()
    old = sorted(take_files())[0]
    os.utime(old, (time.time() - 40 * 86400,) * 2)
    n = len(take_files())
    path = os.path.join(os.environ['XDG_CONFIG_HOME'], 'glib-2.0/settings/keyfile')
    with open(path, 'a', encoding='utf-8') as file:
        file.write('\n[io/github/qoranet/QoraTts]\nhistory-days=30\n')
    window = Window(program, QORA_FAKE_RTF='0.05')
    wait_for('the old take is gone', lambda: not os.path.exists(os.path.dirname(old)))
    assert len(take_files()) == n - 1
    window.quit()


def main(program):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    usage = subprocess.run([program, '--help'], check=True, capture_output=True,
                           encoding='utf-8').stdout
    assert ' qora [' in usage, usage
    window = Window(program, QORA_FAKE_RTF='0.05')
    speak(window)
    speak_beside_a_draft(window)
    file_names(window)
    delete_all(window)
    old_takes_go(program, window)


main(sys.argv[1])
