"""test-desktop.py QORA: what the desktop is told while speech is made, and when it is ready

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import subprocess
import sys

from window import Atspi, GLib, Window, wait_for, walk

SUSPEND = 4  # of GtkApplicationInhibitFlags
LOG = os.path.join(os.environ['HOME'], 'desktop.log')


def calls(method):
    """The arguments of each call of one method so far."""
    with open(LOG, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file if line.endswith('\n')]
    return [arguments for name, arguments in lines if name == method]


def second_window(window):
    """It is in front from now on."""
    window.activate_app('new-window')
    return wait_for('a second window opens',
                    lambda: window.root.get_child_count() == 2
                    and window.root.get_child_at_index(1))


def one_window_for_a_take(window, second, text):
    """The second window does not show what the first one does, but it can delete it."""
    def read(node):
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    first_text = next(node for node in walk(window.root.get_child_at_index(0))
                      if node.get_name() == 'Text to Speak')
    window.click(wait_for('it is in the list', lambda: next(
        (node for node in walk(second) if node.get_role_name() == 'list item'
         and (node.get_name() or '').startswith('A text that takes a while')), None)))
    wait_for('the first window comes to the front', lambda: subprocess.run(
        ['xdotool', 'getwindowfocus', 'getwindowname'], check=True, stdout=subprocess.PIPE,
        text=True).stdout.startswith('A text that takes a while'))
    assert read(text) == 'Another text.'

    take, = glob.glob(os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/takes/*'))
    assert read(first_text).startswith('A text that takes a while')
    window.activate_app('delete-take', GLib.Variant('s', os.path.basename(take)),
                        path='/window/2')
    wait_for('the take is gone from the first window', lambda: read(first_text) == '')
    assert read(text) == 'Another text.'


def main(program):
    mock = subprocess.Popen([sys.executable,
                             os.path.join(os.path.dirname(__file__), 'desktop.py'), LOG])
    try:
        wait_for('the desktop is there', lambda: os.path.exists(LOG) and calls('ready'))
        window = Window(program, QORA_FAKE_RTF='1.5')
        window.write('A text that takes a while to be made, so that there is time to look around.')
        window.press('push button', '^Generate$')
        wait_for('the machine is kept awake', lambda: calls('Inhibit'))
        assert calls('Inhibit')[0][3] & SUSPEND, calls('Inhibit')

        # There is one engine: a run in another window has to wait, and says so.
        second = second_window(window)
        text = wait_for('it has a text', lambda: next(
            (node for node in walk(second) if node.get_name() == 'Text to Speak'), None))
        Atspi.EditableText.set_text_contents(text, 'Another text.')
        wait_for('it can speak', lambda: next(
            (node for node in walk(second) if node.get_role_name() == 'label'
             and (node.get_name() or '').startswith('Not spoken yet')), None))
        assert not calls('Notify')
        window.activate_app('generate', path='/window/2')
        window.label('^Speech is being made already')

        # The first window is behind the second: only the desktop can tell.
        wait_for('the user is told', lambda: calls('Notify'))
        assert calls('Notify')[0][3] == 'Speech Is Ready', calls('Notify')
        wait_for('the machine may sleep',
                 lambda: len(calls('Uninhibit')) == len(calls('Inhibit')))
        one_window_for_a_take(window, second, text)
        window.kill()
    finally:
        mock.terminate()
        mock.wait()


main(sys.argv[1])
