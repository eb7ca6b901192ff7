"""test-models.py: models are listed, downloaded from a server on the loopback device and converted

SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import http.server
import json
import signal
import threading
import unittest
import urllib.parse

import cli

REVISION = '0123456789abcdef0123456789abcdef01234567'


class Handler(http.server.BaseHTTPRequestHandler):
    """Files of tiny-a; server.stall makes it silent after the head of a large one."""

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers['Range']))
        prefix = f'/Some/Tiny/resolve/{REVISION}/'
        wanted = urllib.parse.urlsplit(self.path).path  # a proxy is asked for whole addresses
        path = cli.FIXTURES / 'tiny-a' / wanted.removeprefix(prefix)
        if not wanted.startswith(prefix) or not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if server.stall and path.suffix == '.safetensors':
            self.wfile.write(content[:1000])
            self.wfile.flush()
            server.stalled.set()
            server.go_on.wait(60)
            return
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


class Models(cli.Case):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.requests = []
        self.server.stall = False
        self.server.stalled = threading.Event()
        self.server.go_on = threading.Event()
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.server.go_on.set)
        self.home = self.path('home') / 'qora-tts'
        self.environment.update(
            XDG_DATA_HOME=str(self.path('home')), QORA_TTS_CATALOGUE=str(self.path('models.json')),
            QORA_TTS_MIRROR=f'http://127.0.0.1:{self.server.server_port}',
            GIO_USE_PROXY_RESOLVER='dummy')
        self.write_catalogue()
        code, _, errors = self.run_program('--list-models')
        if code != 0 and 'built without' in errors:
            self.skipTest(errors.strip())

    def write_catalogue(self, **changes):
        folder = cli.FIXTURES / 'tiny-a'
        names = [str(path.relative_to(folder)) for path in sorted(folder.rglob('*'))
                 if path.is_file() and not path.name.startswith('expected')]
        files = [{'path': name, 'size': (folder / name).stat().st_size,
                  'sha256': hashlib.sha256((folder / name).read_bytes()).hexdigest()}
                 for name in names]
        for file in files:
            file.update(changes.get(file['path'].replace('.', '_'), {}))
        self.path('models.json').write_text(json.dumps(
            {'server': 'https://example.org',
             'models': [{'name': 'tiny', 'title': 'Tiny', 'kind': 'custom-voice',
                         'repository': 'Some/Tiny', 'revision': REVISION, 'packed_size': 1000000, 'files': files}]}))
        self.n_files = len(files)

    def test_list(self):
        """what can be downloaded is listed without asking the network"""
        output = self.succeed('--list-models').decode()
        self.assertRegex(output, r'tiny +[\d.]+ \w+ +custom-voice +not installed\n')
        self.assertEqual(self.server.requests, [])

    def test_download(self):
        """a downloaded model is listed, speaks, and is not downloaded again"""
        self.succeed('--download', 'tiny', '--precision', 'q8')
        packed = self.home / 'models' / 'tiny' / 'tiny.qora-tts'
        self.assertTrue(packed.is_file())
        self.assertIn(str(packed), self.succeed('--list-models').decode())
        self.assertIn('Precision: q8', self.succeed('--info').decode())
        self.assertEqual(len(self.server.requests), self.n_files)
        self.succeed('--download', 'tiny')
        self.assertEqual(len(self.server.requests), self.n_files)

    def test_mirror(self):
        """--mirror goes before the environment, and must be an address"""
        mirror = self.environment['QORA_TTS_MIRROR']
        self.environment['QORA_TTS_MIRROR'] = 'http://models.invalid'
        self.succeed('--download', 'tiny', '--mirror', mirror)
        self.assertEqual(len(self.server.requests), self.n_files)
        self.fail_with(1, ['models.invalid?x', 'address'], '--download', 'tiny',
                       '--mirror', 'http://models.invalid?x')
        self.fail_with(2, ['--mirror', '--download'], '--list-models', '--mirror', mirror)

    def test_proxy(self):
        """where the system has a proxy, it is asked"""
        # Desktops' settings are the system's; the voices there do not matter here.
        for name in ('GIO_USE_PROXY_RESOLVER', 'XDG_DATA_DIRS'):
            del self.environment[name]
        self.environment.update(http_proxy=self.environment['QORA_TTS_MIRROR'], no_proxy='',
                                XDG_CURRENT_DESKTOP='', QORA_TTS_MIRROR='http://models.invalid')
        code, _, errors = self.run_program('--download', 'tiny')
        if not self.server.requests:
            self.skipTest(f'GLib has no module that knows of proxies: {errors.strip()}')
        self.assertEqual(code, 0, errors)
        self.assertTrue(all(path.startswith('http://models.invalid/')
                            for path, _ in self.server.requests), self.server.requests)

    def test_wrong(self):
        """a file with the wrong sum is refused, named, and nothing is installed"""
        self.write_catalogue(config_json={'sha256': '0' * 64})
        self.fail_with(1, ['config.json', 'SHA-256'], '--download', 'tiny')
        self.assertEqual(list((self.home / 'models').iterdir()), [])

    def test_missing(self):
        """an address that is not there is named"""
        self.environment['QORA_TTS_MIRROR'] += '/elsewhere'
        self.fail_with(1, ['/elsewhere/Some/Tiny', '404'], '--download', 'tiny')

    def test_interrupted(self):
        """Ctrl+C keeps what has arrived, and the next download begins there"""
        self.server.stall = True
        process = self.start('--download', 'tiny')
        self.assertTrue(self.server.stalled.wait(60))
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, 130)
        self.server.go_on.set()
        self.server.stall = False
        before = len(self.server.requests)
        self.succeed('--download', 'tiny')
        self.assertLessEqual(len(self.server.requests) - before, self.n_files - before + 1)

    def test_usage(self):
        """unknown names, broken catalogues and contradictions are refused"""
        self.fail_with(2, ['other', '--list-models'], '--download', 'other')
        self.fail_with(2, ['--download'], '--download', 'tiny', '--info')
        self.path('models.json').write_text('{}')
        self.fail_with(1, ['models.json', 'server'], '--list-models')
        self.path('models.json').unlink()
        self.fail_with(1, ['models.json'], '--download', 'tiny')


if __name__ == '__main__':
    cli.main()
