"""test-prefix.py: what is installed works where it lies, and goes away again

SPDX-License-Identifier: Apache-2.0
"""

import array
import os
import pathlib
import shutil
import subprocess

import cli

BUILD = pathlib.Path(os.environ['QORA_BUILD'])
PREFIX = os.environ['QORA_PREFIX'].lstrip('/')
LIBRARIES = os.environ['QORA_LIBDIR']
COMPILER = os.environ['QORA_CC'].split()
EXAMPLE = pathlib.Path(__file__).with_name('example.c')
APP_ID = 'io.github.qoranet.QoraTts'
# Below the prefix.
FILES = [
    'bin/qora-tts',
    'include/qtts/qtts.h',
    f'{LIBRARIES}/libqtts.so',
    f'{LIBRARIES}/pkgconfig/qtts.pc',
    'share/bash-completion/completions/qora-tts',
    'share/fish/vendor_completions.d/qora-tts.fish',
    'share/man/man1/qora-tts.1',
    f'share/mime/packages/{APP_ID}.xml',
    'share/qora-tts/voices/demo/demo.qora-tts',
    'share/zsh/site-functions/_qora-tts',
]
APP_FILES = [
    'bin/qora',
    f'share/applications/{APP_ID}.desktop',
    'share/bash-completion/completions/qora',
    f'share/dbus-1/services/{APP_ID}.service',
    'share/fish/vendor_completions.d/qora.fish',
    f'share/glib-2.0/schemas/{APP_ID}.gschema.xml',
    f'share/icons/hicolor/scalable/apps/{APP_ID}.svg',
    f'share/icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg',
    'share/man/man1/qora.1',
    f'share/metainfo/{APP_ID}.metainfo.xml',
    'share/zsh/site-functions/_qora',
]


class Prefix(cli.Case):
    def setUp(self):
        super().setUp()
        self.destination = self.path('destination')
        self.prefix = self.destination / PREFIX
        self.keep_log()
        self.run_tool('meson', 'install', '--no-rebuild', '--quiet', '-C', BUILD,
                      '--destdir', self.destination)

    def keep_log(self):
        """What the user installed from this build can still be uninstalled afterwards."""
        log = BUILD / 'meson-logs' / 'install-log.txt'
        before = log.read_bytes() if log.exists() else None
        self.addCleanup(lambda: log.unlink(missing_ok=True) if before is None
                        else log.write_bytes(before))

    def run_tool(self, *command, **environment):
        result = subprocess.run(list(map(str, command)), env={**os.environ, **environment},
                                cwd=self.folder, capture_output=True, encoding='utf-8')
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_files(self):
        """every file has its place"""
        for name in FILES + (APP_FILES if os.environ['QORA'] else []):
            with self.subTest(name=name):
                self.assertTrue((self.prefix / name).is_file())

    def test_service(self):
        """the session bus starts the program that was installed"""
        if not os.environ['QORA']:
            self.skipTest('qora was not built')
        service = (self.prefix / f'share/dbus-1/services/{APP_ID}.service').read_text()
        (command,) = (line for line in service.splitlines() if line.startswith('Exec='))
        program = command.removeprefix('Exec=').split()[0]
        self.assertTrue(os.access(self.destination / program.lstrip('/'), os.X_OK))

    def test_mime_type(self):
        """.qora-tts files are known by name and content"""
        if shutil.which('update-mime-database') is None:
            self.skipTest('update-mime-database is not installed')
        mime = self.path('mime')
        shutil.copytree(self.prefix / 'share/mime', mime)
        self.run_tool('update-mime-database', mime)
        self.assertIn('application/x-qora-tts:*.qora-tts\n', (mime / 'globs').read_text())
        self.assertIn(b'QORA-TTS', (mime / 'magic').read_bytes())

    def test_moved(self):
        """in a prefix that was moved, the program finds its library and its voice"""
        moved = self.path('moved')
        shutil.copytree(self.prefix, moved, symlinks=True)
        shutil.rmtree(self.destination)
        environment = {name: value for name, value in self.environment.items()
                       if name != 'LD_LIBRARY_PATH'}
        subprocess.run([moved / 'bin/qora-tts', '--quiet', '--text', 'Hello.', '--output',
                        'hello.wav'], cwd=self.folder, env=environment, check=True)
        sound = cli.Wav(self.path('hello.wav'), self)
        self.assertGreater(max(sound.samples), 1000)

    def test_example(self):
        """a C program is built against the library with what pkg-config says, and speaks"""
        if shutil.which('pkg-config') is None:
            self.skipTest('pkg-config is not installed')
        flags = self.run_tool('pkg-config', '--cflags', '--libs', 'qtts',
                              PKG_CONFIG_LIBDIR=str(self.prefix / LIBRARIES / 'pkgconfig'),
                              PKG_CONFIG_SYSROOT_DIR=str(self.destination)).split()
        self.run_tool(*COMPILER, '-std=c11', '-Wall', '-Wextra', '-Werror', EXAMPLE, '-o',
                      self.path('example'), *flags)
        result = subprocess.run(
            [self.path('example'), self.prefix / 'share/qora-tts/voices/demo/demo.qora-tts', 'Hello.'],
            env={**os.environ, 'LD_LIBRARY_PATH': str(self.prefix / LIBRARIES)},
            capture_output=True, check=True)
        samples = array.array('f', result.stdout)
        self.assertGreater(len(samples), 2400)
        self.assertTrue(0.05 < max(samples) <= 1)

    def test_version(self):
        """pkg-config and the program name the same version"""
        if shutil.which('pkg-config') is None:
            self.skipTest('pkg-config is not installed')
        version = self.run_tool('pkg-config', '--modversion', 'qtts',
                                PKG_CONFIG_LIBDIR=str(self.prefix / LIBRARIES / 'pkgconfig'))
        self.assertEqual(self.succeed('--version').decode().split(), ['qora-tts', version.strip()])

    def test_uninstall(self):
        """uninstalling leaves no file behind"""
        self.run_tool('ninja', '-C', BUILD, 'uninstall')
        left = [path for path in self.destination.rglob('*') if not path.is_dir()]
        self.assertEqual(left, [])


if __name__ == '__main__':
    cli.main()
