"""window.py: drives the application through the accessibility bus, for the tests beside it

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import subprocess
import sys
import time

try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, Gio, GLib
except (ImportError, ValueError) as error:
    print(f'skipped: the accessibility bus cannot be used from Python: {error}')
    sys.exit(77)

APP_ID = 'io.github.qoranet.QoraTts'
TIMEOUT = 60.0  # seconds; only ever waited for in full by a test that fails
CONTROLS = {'push button', 'toggle button', 'check box', 'combo box', 'text', 'slider', 'list',
            'spin button', 'progress bar', 'menu item', 'password text', 'switch', 'list box',
            'list item', 'entry'}


def walk(node, into_combos=True, into_hidden=False):
    """All nodes below one that are there at the moment, itself first."""
    try:
        role = node.get_role_name()
        if not into_hidden and role != 'application' and not is_visible(node):
            return
        children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
    except GLib.GError:  # gone while we looked
        return
    yield node
    if role == 'combo box' and not into_combos:
        return  # GTK's own parts, which have no names
    for child in children:
        if child is not None:
            yield from walk(child, into_combos, into_hidden)


def role_and_name(node):
    """Both, or two empty strings where the node went away while we looked."""
    try:
        return node.get_role_name(), node.get_name() or ''
    except GLib.GError:
        return '', ''


def is_visible(node):
    # GTK 4.8 reports SHOWING for windows alone.
    return node.get_state_set().contains(Atspi.StateType.VISIBLE)


def wait_for(what, condition):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        try:
            result = condition()
        except GLib.GError:
            result = None
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f'{what}: did not happen in {TIMEOUT:.0f} s')


class Window:
    """One run of the program."""

    def __init__(self, program, *args, **environment):
        env = dict(os.environ, GTK_A11Y='atspi', QORA_ENGINE='fake', G_DEBUG='fatal-criticals')
        env.update(environment)
        self.process = subprocess.Popen([program, *args], env=env)
        self.root = wait_for('the window appears', self._find_root)

    def assert_running(self):
        assert self.process.poll() is None, f'the program ended with {self.process.returncode}'

    def _find_root(self):
        self.assert_running()
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(i)
            if app is not None and app.get_process_id() == self.process.pid \
                    and app.get_child_count() > 0:
                return app
        return None

    def find_all(self, role, name=''):
        def fits(node):
            its_role, its_name = role_and_name(node)
            return its_role == role and re.search(name, its_name)
        return [node for node in walk(self.root) if fits(node)]

    def look(self, role, name=''):
        """The first such node, or None."""
        self.assert_running()
        return next(iter(self.find_all(role, name)), None)

    def find(self, role, name=''):
        return wait_for(f'{role} “{name}”', lambda: self.look(role, name))

    def press(self, role, name):
        node = self.find(role, name)
        wait_for(f'{role} “{name}” can be used', lambda: is_sensitive(node))
        Atspi.Action.do_action(node, 0)

    def click(self, node):
        """With the pointer: some lists take nothing else. Windows are in the corner here."""
        place = self.place_of(node)
        subprocess.run(['xdotool', 'mousemove', str(place.x + place.width // 2),
                        str(place.y + place.height // 2), 'click', '1'], check=True)

    @staticmethod
    def activate_app(action, *arguments, path=''):
        """An action of the program, as a menu or a key would."""
        bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        bus.call_sync(APP_ID, '/' + APP_ID.replace('.', '/') + path, 'org.gtk.Actions', 'Activate',
                      GLib.Variant('(sava{sv})', (action, list(arguments), {})), None,
                      Gio.DBusCallFlags.NONE, -1, None)

    def activate(self, action, *arguments):
        """An action of the first window."""
        self.activate_app(action, *arguments, path='/window/1')

    def label(self, pattern):
        """Waits for a text on the screen that matches. It may be gone again right after."""
        def read():
            node = self.look('label', pattern)
            return node and node.get_name()
        return wait_for(f'label “{pattern}”', read)

    def text(self):
        return self.find('text', 'Text to Speak')

    def write(self, text, into=None):
        Atspi.EditableText.set_text_contents(into or self.text(), text)

    @staticmethod
    def place_of(node):
        return Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)

    def extents(self):
        """Of the window's content."""
        return self.place_of(self.find('frame'))

    def place_cursor(self, offset):
        Atspi.Text.set_caret_offset(self.text(), offset)

    @staticmethod
    def get_value(node):
        return Atspi.Value.get_current_value(node)

    @staticmethod
    def set_value(node, value):
        Atspi.Value.set_current_value(node, value)

    def read(self):
        node = self.text()
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    def unnamed(self):
        """Controls that a screen reader has no name for, those of closed popovers included."""
        controls = [(role, name) for role, name in
                    map(role_and_name, walk(self.root, into_combos=False, into_hidden=True))
                    if role in CONTROLS]
        self.assert_running()
        assert controls, 'no controls are to be seen'
        return [f'{role} “{name}”' for role, name in controls
                if re.match(r'^($|_|Gtk|Adw|Qora)', name)]

    def screenshot(self, name):
        """Into QORA_SCREENSHOTS, where that is set."""
        folder = os.environ.get('QORA_SCREENSHOTS')
        if folder:
            os.makedirs(folder, exist_ok=True)
            subprocess.run(['import', '-window', 'root', os.path.join(folder, name + '.png')],
                           check=False)

    def keys(self, *keys):
        subprocess.run(['xdotool', 'key', '--clearmodifiers', *keys], check=True)

    def kill(self):
        """As a crash would end it."""
        self.process.kill()
        self.process.wait()

    def quit(self):
        self.keys('ctrl+q')
        assert self.process.wait(TIMEOUT) == 0, f'the program ended with {self.process.returncode}'


def is_sensitive(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)
