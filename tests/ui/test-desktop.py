"""test-desktop.py QORA: what the desktop is told while speech is made, and when it is ready

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import subprocess
import sys

from window import Atspi, Window, wait_for, walk

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
        window.kill()
    finally:
        mock.terminate()
        mock.wait()


main(sys.argv[1])
