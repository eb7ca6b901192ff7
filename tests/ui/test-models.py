"""test-models.py QORA: a full voice is downloaded, packed, used, checked and removed in the window

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import sys
import threading
import urllib.parse

from window import Atspi, GLib, Window, is_sensitive, wait_for, walk

FIXTURES = pathlib.Path(os.environ['QTTS_FIXTURES'])
REVISION = '0123456789abcdef0123456789abcdef01234567'
HOME = pathlib.Path(os.environ['HOME'])
DATA = pathlib.Path(os.environ['XDG_DATA_HOME']) / 'qora-tts'
MODELS = {'tiny': ('Tiny', 'tiny-a', 100000), 'design': ('Design', 'tiny-c', 100000),
          'huge': ('Huge', 'tiny-b', 1 << 60)}  # name: title, fixture, size when packed


class Handler(http.server.BaseHTTPRequestHandler):
    """Files of the fixtures; server.hold keeps back the rest of the large ones."""

    def do_GET(self):
        server = self.server
        address = urllib.parse.urlsplit(self.path).path
        server.requests.append((address, self.headers['Range']))
        name, _, rest = address.removeprefix('/Some/').partition(f'/resolve/{REVISION}/')
        path = FIXTURES / MODELS.get(name, ('', 'none', 0))[1] / rest
        if server.broken or not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        first = int((self.headers['Range'] or 'bytes=0-').removeprefix('bytes=').rstrip('-'))
        self.send_response(206 if first else 200)
        self.send_header('Content-Length', str(len(content) - first))
        if first:
            self.send_header('Content-Range', f'bytes {first}-{len(content) - 1}/{len(content)}')
        self.end_headers()
        if path.suffix == '.safetensors' and not server.go_on.is_set():
            self.wfile.write(content[first:len(content) // 2])
            self.wfile.flush()
            server.go_on.wait(60)
            first = max(first, len(content) // 2)
        try:
            self.wfile.write(content[first:])
        except OSError:
            pass  # the program has gone

    def log_message(self, *arguments):
        pass


def start_server():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads = True
    server.requests = []
    server.broken = False
    server.go_on = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def describe_file(folder, path):
    content = path.read_bytes()
    return {'path': str(path.relative_to(folder)), 'size': len(content),
            'sha256': hashlib.sha256(content).hexdigest()}


def write_catalogue(server):
    models = []
    for name, (title, fixture, packed_size) in MODELS.items():
        folder = FIXTURES / fixture
        files = [describe_file(folder, path) for path in sorted(folder.rglob('*'))
                 if path.is_file() and not path.name.startswith('expected')]
        models.append({'name': name, 'title': title, 'repository': f'Some/{name}',
                       'kind': 'voice-design' if name == 'design' else 'custom-voice',
                       'revision': REVISION, 'packed_size': packed_size, 'files': files})
    path = HOME / 'models.json'
    path.write_text(json.dumps({'server': f'http://127.0.0.1:{server.server_port}',
                                'models': models}))
    os.environ['QORA_TTS_CATALOGUE'] = str(path)


def get_setting(key):
    path = pathlib.Path(os.environ['XDG_CONFIG_HOME']) / 'glib-2.0/settings/keyfile'
    settings = GLib.KeyFile()
    settings.load_from_file(str(path), GLib.KeyFileFlags.NONE)
    return settings.get_value('io/github/qoranet/QoraTts', key)


def look_at_page(window, name):
    assert window.unnamed() == [], (name, window.unnamed())
    window.screenshot('models-' + name)


def expand(window, title):
    """Opens the row of an installed model, or closes it. It has to be in sight."""
    window.click(window.find('list item', f'^{title} {title}$'))


def offer(window, server):
    """What can be had is shown with what it takes, and the network is left alone."""
    window.label('^Demo voice')
    window.screenshot('models-strip')
    window.press('push button', '^Download…$')
    window.find('push button', '^Download: Tiny$')
    window.label('^Needs .* of disk space .* free. and .* of memory')
    window.label('There is not enough space: ')
    assert not is_sensitive(window.find('push button', '^Download: Huge$'))
    look_at_page(window, 'offered')
    assert server.requests == []


def pause(window):
    window.press('push button', '^Download: Tiny$')
    window.label('^File . of ')
    look_at_page(window, 'downloading')
    window.press('push button', '^Pause: Tiny$')
    window.label('^Paused, ')
    look_at_page(window, 'paused')


def go_on(window, server, program):
    """After a crash it is known how far it came; it goes on when asked, from there."""
    window.kill()
    server.go_on.set()
    before = len(server.requests)
    window = Window(program, QORA_ENGINE='')
    window.activate_app('models')
    window.label('^Paused, ')
    assert len(server.requests) == before
    window.press('push button', '^Resume: Tiny$')
    window.label('^Tiny is ready')
    assert any(wanted for _, wanted in server.requests[before:]), server.requests
    look_at_page(window, 'ready')
    window.press('push button', '^Use( Use)?$')
    packed = DATA / 'models/tiny/tiny.qora-tts'
    wait_for('it is remembered', lambda: get_setting('model-path') == f"'{packed}'")
    wait_for('the strip is gone', lambda: not window.look('label', '^Demo voice –'))
    return window


def tend(window):
    """Checking, and dropping what is no longer needed."""
    expand(window, 'Tiny')
    window.press('push button', '^Verify: Tiny$')
    window.label('^The files are as they should be')
    window.label('Deleting them frees ')
    look_at_page(window, 'details')
    window.press('push button', '^Delete…: Tiny$')
    window.label('^The safetensors files in ')
    look_at_page(window, 'drop')
    window.press('push button', '^Delete( Delete)?$')
    wait_for('the checkpoint is gone',
             lambda: not (DATA / 'models/tiny/model.safetensors').exists())
    assert (DATA / 'models/tiny/tiny.qora-tts').exists()
    wait_for('no more is offered', lambda: not window.look('label', 'Deleting them frees'))
    expand(window, 'Tiny')


def add(window):
    """A model may stay where it is; what is made of it is the program's own."""
    folder = HOME / 'mine'
    shutil.copytree(FIXTURES / 'tiny-c', folder)
    window.activate_app('add-model', GLib.Variant('s', str(folder)))
    expand(window, 'mine')
    window.label(f'^{folder}$')
    window.press('push button', '^Pack: mine$')
    packed = DATA / 'models/mine/mine.qora-tts'
    wait_for('it is packed', packed.exists)
    window.label(f'^{packed}$')
    buttons = window.find_all('push button', '^Remove…: mine$')
    assert len(buttons) == 2
    Atspi.Action.do_action(buttons[1], 0)  # what was added comes after the program's own
    wait_for('it is forgotten', lambda: not window.look('label', f'^{folder}$'))
    assert (folder / 'model.safetensors').exists()
    window.activate_app('add-model', GLib.Variant('s', '/nowhere'))
    window.label('^/nowhere: ')


def design(window):
    """A model without voices wants a description, and says so."""
    window.press('push button', '^Use: mine$')
    wait_for('the voice cannot be chosen', lambda: any(
        'Voice from Style' in (node.get_name() or '') and not is_sensitive(node)
        for node in walk(window.root)))
    window.write('One line.')
    wait_for('the text is there', lambda: window.read() == 'One line.')
    assert not is_sensitive(window.find('push button', '^Generate$'))
    window.screenshot('models-design')
    window.write('A calm old man.', window.find('text', '^Style'))
    wait_for('it can speak', lambda: is_sensitive(window.find('push button', '^Generate$')))


def remove(window):
    expand(window, 'mine')
    window.press('push button', '^Remove…: mine$')
    window.label('^The folder .*/models/mine with all that is in it')
    look_at_page(window, 'remove')
    window.press('push button', '^Delete( Delete)?$')
    wait_for('the folder is gone', lambda: not (DATA / 'models/mine').exists())
    window.label('^Demo Voice$')


def fail(window, server):
    server.broken = True
    window.press('push button', '^Download: Design$')
    window.label('404 .*Check the address')
    look_at_page(window, 'failed')
    server.broken = False


def go_on_alone(window, server):
    """With its windows closed the program goes on until the voice is ready, and then ends."""
    server.go_on.clear()
    window.press('push button', '^(Download|Resume): Design$')
    window.label('^File . of ')
    window.keys('ctrl+w')
    wait_for('the page is closed', lambda: not window.look('push button', '^Pause: Design$'))
    window.keys('ctrl+w')
    server.go_on.set()
    assert window.process.wait(60) == 0
    assert (DATA / 'models/design/design.qora-tts').exists()


def main(program):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    os.environ['GIO_USE_PROXY_RESOLVER'] = 'dummy'
    server = start_server()
    write_catalogue(server)
    window = Window(program, QORA_ENGINE='')
    offer(window, server)
    pause(window)
    window = go_on(window, server, program)
    tend(window)
    add(window)
    design(window)
    remove(window)
    fail(window, server)
    go_on_alone(window, server)


main(sys.argv[1])
