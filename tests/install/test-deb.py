"""test-deb.py: the Debian packages install, speak and go away in a system that has nothing else

SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import platform
import shutil
import subprocess

import cli

SOURCE = pathlib.Path(os.environ['QORA_SOURCE'])
# Kept, so that only the first time builds everything.
FOLDER = pathlib.Path(os.environ['QORA_BUILD']) / 'packages'
MEBIBYTE = 1 << 20


def mirror():
    """Where this system has its main packages from, or None."""
    release = platform.freedesktop_os_release().get('VERSION_CODENAME')
    found = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(SITE) $(RELEASE) $(COMPONENT)',
         'Created-By: Packages'], capture_output=True, encoding='utf-8', check=True).stdout
    for line in found.splitlines():
        site, *rest = line.split()
        if rest == [release, 'main']:
            return release, site
    return None


def missing():
    """Why there can be no clean system, or None."""
    for tool in ('dpkg-shlibdeps', 'debootstrap', 'apt-get', 'chroot'):
        if shutil.which(tool) is None:
            return f'{tool} is not installed'
    if os.geteuid() != 0:
        return 'only root may make a clean system'
    if not os.environ['QORA']:
        return 'qora was not built'
    if mirror() is None:
        return 'apt has no mirror of this release'
    return None


class Packages(cli.Case):
    def run_tool(self, *command):
        result = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                encoding='utf-8', errors='replace',
                                env={**os.environ, 'LC_ALL': 'C.UTF-8',
                                     'DEBIAN_FRONTEND': 'noninteractive', 'LD_LIBRARY_PATH': ''})
        self.assertEqual(result.returncode, 0, result.stdout[-4000:])
        return result.stdout

    def chroot(self, *command):
        return self.run_tool('chroot', self.root, *command)

    def make_root(self):
        release, site = mirror()
        self.root = self.path('root')
        cache = FOLDER / 'archives'
        cache.mkdir(exist_ok=True)
        self.run_tool('debootstrap', '--variant=minbase', f'--cache-dir={cache}', release,
                      self.root, site)

    def own_files(self):
        """Whatever bears our name, below the system's folders."""
        return sorted(str(path.relative_to(self.root)) for folder in ('etc', 'usr', 'var')
                      for path in (self.root / folder).rglob('*')
                      if 'qora' in path.name.lower() or 'qtts' in path.name)

    def test_packages(self):
        """they install with what they need, speak, and are gone afterwards"""
        reason = missing()
        if reason is not None:
            self.skipTest(reason)
        self.run_tool(SOURCE / 'tools' / 'make-deb', FOLDER)
        self.make_root()
        before = self.own_files()
        packages = sorted(FOLDER.glob('*.deb'))
        self.assertEqual({path.name.split('_')[0] for path in packages},
                         {'libqtts-dev', 'qora', 'qora-tts'})
        for path in packages:
            shutil.copy(path, self.root / 'tmp')

        self.chroot('apt-get', '-q', 'update')
        self.chroot('apt-get', '-q', '-y', 'install', '--no-install-recommends',
                    *(f'/tmp/{path.name}' for path in packages))
        self.chroot('qora-tts', '--quiet', '--text', 'Hello.', '--output', '/tmp/hello.wav')
        self.assertGreater(max(cli.Wav(self.root / 'tmp/hello.wav', self).samples), 1000)
        self.assertIn('--new-window', self.chroot('qora', '--help'))

        self.chroot('apt-get', '-q', '-y', 'purge', 'qora', 'qora-tts', 'libqtts-dev')
        self.assertEqual(self.own_files(), before)

    def test_size(self):
        """installed, all of them together are smaller than 15 MiB"""
        packages = list(FOLDER.glob('*.deb'))
        if not packages:
            self.skipTest('the packages were not built')
        size = sum(int(self.run_tool('dpkg-deb', '--field', path, 'Installed-Size')) * 1024
                   for path in packages)
        self.assertLess(size, 15 * MEBIBYTE)


if __name__ == '__main__':
    cli.main()
