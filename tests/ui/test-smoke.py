"""test-smoke.py QORA: a text is written, speech is begun and stopped, with the engine that hums

SPDX-License-Identifier: Apache-2.0
"""
import sys

from window import Window, is_sensitive, wait_for


def main(program):
    # Slow enough to be seen at work.
    window = Window(program, QORA_FAKE_RTF='20')
    generate = window.find('push button', '^Generate$')
    wait_for('Generate is off without a text', lambda: not is_sensitive(generate))

    window.write('The first paragraph.\nThe second one, which is a little longer than the first.')
    window.press('push button', '^Generate$')
    window.label('^Making part')
    window.press('push button', '^Stop$')
    window.label('^Part . of 2: ')
    wait_for('Generate is on again', lambda: is_sensitive(generate))
    window.find('slider', '^Position$')
    assert window.unnamed() == [], window.unnamed()
    window.quit()


main(sys.argv[1])
