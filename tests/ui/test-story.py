"""test-story.py QORA: the first hour with the program, with its own voice, as one would live it

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import shutil
import subprocess
import sys

from window import GLib, Window, is_sensitive, wait_for

TEXT = ('The mole had been working very hard all the morning.\n'
        'First with brooms, then with dusters.\n'
        'Then on ladders and steps and chairs.')
N_LONG = 300
LONG = '\n'.join(f'This is paragraph number {i} of a text that takes a while to be read.'
                 for i in range(N_LONG))
FORMATS = {  # first bytes of each, and the element that makes it
    'wav': (b'RIFF', 'wavenc'),
    'flac': (b'fLaC', 'flacenc'),
    'opus': (b'OggS', 'opusenc'),
    'ogg': (b'OggS', 'vorbisenc'),
    'mp3': (b'ID3', 'lamemp3enc'),
}


def takes():
    """What is on disk, the newest last."""
    pattern = os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/takes/*/take.json')
    found = []
    for path in glob.glob(pattern):
        with open(path, encoding='utf-8') as file:
            found.append((os.path.getmtime(path), json.load(file)))
    return [take for _, take in sorted(found, key=lambda pair: pair[0])]


def draft():
    path = os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/drafts/draft-1.txt')
    with open(path, encoding='utf-8') as file:
        return file.read()


def is_ready(window):
    return not is_sensitive(window.find('push button', '^Stop$')) \
        and is_sensitive(window.find('push button', '^Generate$'))


def finish(window):
    wait_for('the speech is ready', lambda: is_ready(window))


def hear_a_voice(window):
    window.activate('voices')
    window.press('push button', '^Hear Serena$')
    window.find('push button', '^Stop Serena$')
    assert window.unnamed() == [], window.unnamed()
    window.find('push button', '^Hear Serena$')  # to the end
    window.keys('Escape')


def generate(window):
    window.write(TEXT)
    window.press('push button', '^Generate$')
    finish(window)
    window.label('Part . of 3: Done · Ryan · seed')
    window.screenshot('story-ready')
    wait_for('the take is on disk',
             lambda: takes() and all('sound' in part for part in takes()[-1]['parts']))
    assert takes()[-1]['text'] == TEXT


def seek(window):
    position = window.find('slider', '^Position$')
    if window.look('push button', '^Pause$'):
        window.activate('play-pause')
    window.set_value(position, 1.0)
    window.label('0:01 / ')


def redo(window):
    before = takes()[-1]['parts']
    window.place_cursor(TEXT.index('First') + 3)
    window.label('^Part 2 of 3')
    window.press('push button', '^Redo Part$')

    def redone():
        after = takes()[-1]['parts']
        return after[1]['sound']['file'] != before[1]['sound']['file'] and after
    after = wait_for('the part is another one', redone)
    assert after[0] == before[0] and after[2] == before[2]
    assert after[1]['sound']['seed'] != before[1]['sound']['seed']
    finish(window)


def edit(window):
    window.write(TEXT.replace('dusters', 'feather dusters'))
    window.place_cursor(TEXT.index('First') + 3)
    window.label('^Part 2 of 3: Changed')
    window.screenshot('story-changed')
    before = takes()[-1]['parts']
    window.press('push button', '^Generate$')
    wait_for('the changed part is spoken',
             lambda: 'feather' in takes()[-1]['parts'][1]['sound']['text'])
    finish(window)
    assert takes()[-1]['parts'][0] == before[0] and takes()[-1]['parts'][2] == before[2]


def save(window):
    window.activate('save-srt')
    for ending, (magic, element) in FORMATS.items():
        if subprocess.run(['gst-inspect-1.0', '--exists', element], check=False).returncode != 0:
            print(f'not tried: {ending}, since {element} is not installed')
            continue
        path = os.path.join(os.environ['HOME'], f'story.{ending}')
        wait_for('saving is possible', lambda: is_sensitive(window.find('push button', '^Save$')))
        window.activate('export', GLib.Variant('s', path))
        wait_for(f'{path} is there', lambda path=path: os.path.exists(path))
        with open(path, 'rb') as file:
            assert file.read(len(magic)) == magic, ending
    window.label('^Saved as story')
    window.screenshot('story-saved')
    with open(os.path.join(os.environ['HOME'], 'story.srt'), encoding='utf-8') as file:
        assert 'feather dusters' in file.read()


def stop(window):
    window.activate('new-take')
    wait_for('the page is empty', lambda: window.read() == '')
    window.write(LONG)
    window.press('push button', '^Generate$')
    window.label('^Making part')
    window.screenshot('story-making')
    assert window.unnamed() == [], window.unnamed()
    wait_for('some of it is kept', lambda: len(takes()) == 2)
    window.press('push button', '^Stop$')
    finish(window)
    made = [part for part in takes()[-1]['parts'] if 'sound' in part]
    assert 0 < len(made) < N_LONG, len(made)


def kill_and_return(window, program):
    window.write(LONG + '\nAnd a line that was never spoken.')

    wait_for('the draft is on disk', lambda: draft().endswith('never spoken.'))
    window.kill()

    window = Window(program, QORA_ENGINE='')
    assert window.read().endswith('And a line that was never spoken.')
    wait_for('its sound is back', lambda: is_sensitive(window.find('slider', '^Position$')))
    window.screenshot('story-returned')

    window.click(window.find('list item', '^The mole had been'))
    wait_for('the first take is open', lambda: window.read().startswith('The mole'))
    window.label('^Part . of 3: Done')
    wait_for('the draft is that of the take', lambda: draft().split('\n')[1].startswith('The mole'))
    assert draft().split('\n')[0] != ''
    return window


def look_at_dialogs(window):
    for keys, role, name, shot in (
            ('ctrl+comma', 'label', '^Silence Between Paragraphs$', 'preferences'),
            ('ctrl+question', 'label', '^Generate everything anew$', 'shortcuts')):
        window.keys(keys)
        window.find(role, name)
        window.screenshot('story-' + shot)
        assert window.unnamed() == [], (shot, window.unnamed())
        window.keys('Escape')
        wait_for('the dialog is closed', lambda role=role, name=name: not window.look(role, name))
    window.activate_app('about')
    window.find('label', '^Qora$')
    window.screenshot('story-about')
    assert window.unnamed() == [], ('about', window.unnamed())
    window.keys('Escape')


def main(program):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    if shutil.which('gst-inspect-1.0') is None:
        print('skipped: gst-inspect-1.0 is not installed')
        sys.exit(77)
    window = Window(program, QORA_ENGINE='')
    window.label('^Demo voice')
    window.screenshot('story-first')
    hear_a_voice(window)
    generate(window)
    seek(window)
    redo(window)
    edit(window)
    save(window)
    stop(window)
    window = kill_and_return(window, program)
    look_at_dialogs(window)
    window.quit()


main(sys.argv[1])
