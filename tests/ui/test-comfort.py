"""test-comfort.py QORA: what makes reading along and writing for the ear comfortable

SPDX-License-Identifier: Apache-2.0
"""
import json
import glob
import os
import sys

from window import Atspi, Window, is_sensitive, wait_for

LINES = ['The mole had been working very hard all the morning, spring-cleaning his little home.',
         'First with brooms, then with dusters; then with a brush and a pail of whitewash, too.',
         'Then on ladders and steps and chairs, till he had dust in his throat and his eyes.',
         'And splashes of whitewash all over his black fur, an aching back and weary arms.']
TEXT = '\n'.join(LINES)


def tinted(window):
    """The piece of the text that has a background of its own."""
    node = window.text()
    offset, length, found = 0, Atspi.Text.get_character_count(node), ''
    while offset < length:
        attributes, start, end = Atspi.Text.get_attribute_run(node, offset, False)
        if 'bg-color' in attributes:
            found += Atspi.Text.get_text(node, start, end)
        offset = max(end, offset + 1)
    return found


def cursor(window):
    return Atspi.Text.get_caret_offset(window.text())


def made(window):
    pattern = os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/takes/*/take.json')
    for path in glob.glob(pattern):
        with open(path, encoding='utf-8') as file:
            return ['sound' in part for part in json.load(file)['parts']]
    return []


def finish(window):
    wait_for('the speech is ready',
             lambda: is_sensitive(window.find('push button', '^Generate$')))


def play_from_the_cursor(window):
    window.write(TEXT)
    place = TEXT.index('ladders')
    window.place_cursor(place)
    window.label('^Part 3 of 4: Not spoken yet')
    window.keys('ctrl+shift+space')
    wait_for('the part at the cursor is heard', lambda: tinted(window) == LINES[2])
    window.screenshot('comfort-heard')
    assert cursor(window) == place, cursor(window)
    wait_for('the next part follows', lambda: tinted(window) == LINES[3])
    finish(window)
    wait_for('no more is made than what follows',
             lambda: made(window) == [False, False, True, True])

    # What is there already is only played.
    wait_for('the end is reached', lambda: tinted(window) == '')
    window.place_cursor(TEXT.index('weary'))
    window.keys('ctrl+shift+space')
    wait_for('the last part is heard', lambda: tinted(window) == LINES[3])
    window.place_cursor(TEXT.index('brooms'))
    window.keys('ctrl+shift+space')
    wait_for('a part that was left out is heard', lambda: tinted(window) == LINES[1])
    finish(window)
    wait_for('it is kept', lambda: made(window) == [False, True, True, True])


def silence(window):
    window.activate('new-take')
    wait_for('the page is empty', lambda: window.read() == '')
    window.write('One. {silence 0.8s} Two.\nThree {silence} four.')
    node = window.text()
    window.label('^Part . of 3')
    for place, attribute in ((10, 'style'), (35, 'underline')):
        attributes = Atspi.Text.get_attribute_run(node, place, False)[0]
        assert attributes.get(attribute) in ('italic', 'error'), (place, attributes)
    window.place_cursor(35)
    window.label('Silence is written')
    window.screenshot('comfort-silence')
    window.place_cursor(4)
    window.label('^Part 1 of 3')


def pronunciation(window):
    window.write('Ask SQL.\nThen go.')
    window.press('push button', '^Generate$')
    finish(window)
    window.label('^Part . of 2: Done')

    window.activate_app('pronunciation')
    window.label('^No words yet')
    window.screenshot('comfort-pronunciation-empty')
    window.press('push button', '^Add Pronunciation$')
    for name, value in (('^Written As', 'SQL'), ('^Spoken As', 'sequel')):
        Atspi.EditableText.set_text_contents(window.find('text', name), value)
    window.screenshot('comfort-pair')
    assert window.unnamed() == [], window.unnamed()
    window.keys('Return')
    window.label('^sequel$')
    window.press('push button', '^Hear SQL$')
    assert window.unnamed() == [], window.unnamed()
    window.screenshot('comfort-pronunciation')
    path = os.path.join(os.environ['XDG_CONFIG_HOME'], 'qora-tts/pronunciation.json')
    with open(path, encoding='utf-8') as file:
        assert json.load(file)['pairs'][0]['replace'] == 'sequel'
    window.keys('Escape')

    # Only what would sound another way is to be made again.
    window.place_cursor(3)
    window.label('^Part 1 of 2: Changed')
    window.place_cursor(12)
    window.label('^Part 2 of 2: Done')


def main(program):
    window = Window(program, QORA_FAKE_RTF='0.2')
    play_from_the_cursor(window)
    silence(window)
    pronunciation(window)
    assert window.unnamed() == [], window.unnamed()
    window.quit()


main(sys.argv[1])
