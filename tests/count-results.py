#!/usr/bin/env python3
"""count-results.py [--skipped N] BUILD_FOLDER...: adds up what meson's test runs found

Names what failed and what was skipped and why; the last line is "N passed, N failed, N skipped".
A test program that speaks TAP counts by its subtests.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import json
import pathlib
import re
import sys

TAP_LINE = re.compile(r'^(not ok|ok)\b(?: \d+)?(?: -)?\s*(.*?)\s*(?:#\s*(skip)\w*\s*(.*))?$', re.I)


class Count:
    def __init__(self, skipped=0):
        self.passed = 0
        self.failed = 0
        self.skipped = skipped

    def skip(self, name, reason):
        self.skipped += 1
        print(f'skipped: {name}: {reason or "no reason given"}')

    def fail(self, name, reason):
        self.failed += 1
        print(f'FAILED: {name}: {reason}')


def add_test(count, folder, test):
    name = f'{folder}: {test["name"]}'
    output = test.get('stdout') or ''
    subtests = [match for match in map(TAP_LINE.match, output.splitlines()) if match]
    failed_before = count.failed
    for verdict, title, skip, reason in (match.groups() for match in subtests):
        if verdict.lower() == 'not ok':
            count.fail(name, title)
        elif skip:
            count.skip(f'{name} {title}', reason)
        else:
            count.passed += 1
    if test['result'] in ('OK', 'EXPECTEDFAIL'):
        if not subtests:
            count.passed += 1
    elif test['result'] == 'SKIP':
        if not subtests:
            lines = output.strip().splitlines()
            count.skip(name, lines[-1].removeprefix('skipped: ') if lines else None)
    elif count.failed == failed_before:
        count.fail(name, test['result'].lower())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--skipped', type=int, default=0)
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    arguments = parser.parse_args()

    count = Count(arguments.skipped)
    for folder in arguments.folders:
        log = folder / 'meson-logs' / 'testlog.json'
        if not log.exists():
            count.fail(folder.name, 'no test was run')
            continue
        for line in log.read_text(encoding='utf-8').splitlines():
            add_test(count, folder.name, json.loads(line))
    print(f'{count.passed} passed, {count.failed} failed, {count.skipped} skipped')
    return 1 if count.failed or not count.passed else 0


if __name__ == '__main__':
    sys.exit(main())
