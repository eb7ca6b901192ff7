"""test-book.py QORA: a book is made in the background, is heard meanwhile, and survives a kill

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import sys

from window import GLib, Window, is_sensitive, wait_for

TITLE = 'The River Bank'
N_CHAPTERS = 3
N_PARTS = 6
FAST = '0.05'  # seconds of work for a second of sound
SLOW = '0.6'


def books():
    return os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/books')


def write_book():
    """As the program itself keeps one."""
    folder = os.path.join(books(), 'book-1')
    chapters = [f'book-1-{i:03}' for i in range(1, N_CHAPTERS + 1)]
    for number, name in enumerate(chapters, 1):
        paragraphs = [f'Paragraph {part} of chapter {number} is not long.'
                      for part in range(1, N_PARTS + 1)]
        if number == 2:
            paragraphs[1] = 'Here a toad is spoken of.'
        os.makedirs(os.path.join(folder, name))
        with open(os.path.join(folder, name, 'take.json'), 'w', encoding='utf-8') as file:
            json.dump({'format': 1, 'created': 1700000000, 'pause': 0.4,
                       'title': f'Chapter {number}', 'text': '\n'.join(paragraphs),
                       'parts': [{'text': text, 'ends_paragraph': True} for text in paragraphs]},
                      file)
    with open(os.path.join(folder, 'book.json'), 'w', encoding='utf-8') as file:
        json.dump({'format': 1, 'created': 1700000000, 'title': TITLE, 'author': 'K. Grahame',
                   'state': 'idle', 'queued': 0, 'speech': {'voice': 'ryan', 'seed': '7'},
                   'chapters': chapters}, file)


def read(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def made():
    """Names of the sound files of all parts that are kept."""
    paths = sorted(glob.glob(os.path.join(books(), 'book-1/*/take.json')))
    assert len(paths) == N_CHAPTERS
    found = [os.path.join(os.path.dirname(path), part['sound']['file'])
             for path in paths for part in read(path)['parts'] if 'sound' in part]
    assert all(os.path.getsize(path) > 0 for path in found)
    return found


def state():
    return read(os.path.join(books(), 'book-1/book.json'))['state']


def book_action(window, name):
    window.activate('book-' + name, GLib.Variant('s', 'book-1'))


def unfold(window):
    window.find('list item', f'^{TITLE}$')
    window.label('^3 chapters$')
    window.press('push button', f'^Chapters of {TITLE}$')
    window.find('list item', '^Chapter 3$')
    assert len(window.find_all('label', '^Not spoken yet$')) >= N_CHAPTERS
    assert window.unnamed() == [], window.unnamed()
    window.screenshot('book-unfolded')


def search(window):
    window.activate('search-takes')
    window.keys(*'toad')
    wait_for('only the second chapter is found',
             lambda: not window.look('list item', '^Chapter 3$')
             and window.look('list item', '^Chapter 2$'))
    window.screenshot('book-search')
    window.keys('ctrl+a', 'BackSpace')
    window.find('list item', '^Chapter 3$')


def make_and_use(window):
    """The window is as useful as ever while the book is made."""
    book_action(window, 'generate')
    wait_for('some parts are kept', lambda: len(made()) >= 2)
    window.label('^[0-9]+ of 18 parts made')
    window.label('^[0-9]+%.*left$')
    window.screenshot('book-in-work')
    assert window.unnamed() == [], window.unnamed()

    window.click(window.find('list item', '^Chapter 1$'))
    wait_for('the chapter is open', lambda: window.read().startswith('Paragraph 1 of chapter 1'))
    wait_for('it can be heard', lambda: is_sensitive(window.find('slider', '^Position$')))
    window.screenshot('book-chapter')

    window.activate('new-take')
    wait_for('the page is empty', lambda: window.read() == '')
    window.write('A notice that goes first.')
    window.press('push button', '^Generate$')
    window.label('Done · Ryan')
    assert len(made()) < N_CHAPTERS * N_PARTS


def kill_and_return(window, program):
    wait_for('the first chapter is done', lambda: len(made()) > N_PARTS)
    window.kill()
    before = made()
    assert N_PARTS < len(before) < N_CHAPTERS * N_PARTS, len(before)
    assert state() == 'queued'

    window = Window(program, QORA_FAKE_RTF=SLOW)
    wait_for('it goes on by itself', lambda: len(made()) > len(before))
    assert set(before) <= set(made()), 'what was made once is not made again'
    return window


def pause_and_return(window, program):
    window.press('push button', '^Pause Books$')
    wait_for('the pause is on disk', lambda: state() == 'paused')
    window.label('^Paused · [0-9]+%$')
    window.screenshot('book-paused')
    window.quit()
    before = made()

    window = Window(program, QORA_FAKE_RTF=FAST)
    window.label('^Paused · [0-9]+%$')
    assert made() == before
    window.press('push button', '^Resume Books$')
    wait_for('all of it is made', lambda: len(made()) == N_CHAPTERS * N_PARTS)
    window.label('^3 chapters · ')
    assert set(before) <= set(made())
    window.screenshot('book-made')
    return window


def export(window):
    book_action(window, 'export')
    window.find('label', '^Each chapter becomes a numbered file')
    assert window.unnamed() == [], window.unnamed()
    window.screenshot('book-export')
    window.press('push button', '^Cancel')

    folder = os.path.join(os.environ['HOME'], 'exported')
    os.mkdir(folder)
    window.activate('book-export-to', GLib.Variant('(sss)', ('book-1', folder, 'flac')))
    wait_for('there is a file for each chapter', lambda: len(os.listdir(folder)) == N_CHAPTERS
             and not any(name.startswith('.') for name in os.listdir(folder)))
    window.label('^Saved as exported$')
    assert sorted(os.listdir(folder)) == [f'{i:02} Chapter {i}.flac'
                                          for i in range(1, N_CHAPTERS + 1)]
    book = os.path.join(os.environ['HOME'], 'book.ogg')
    window.activate('book-export-to', GLib.Variant('(sss)', ('book-1', book, 'ogg')))
    wait_for('the whole book is there', lambda: os.path.exists(book))
    with open(book, 'rb') as file:
        assert b'CHAPTER003NAME=Chapter 3' in file.read()


def change(window):
    book_action(window, 'rename')
    entry = window.find('text', '^Title$')
    window.write('The Open Road', entry)
    window.press('push button', '^Rename')
    window.find('list item', '^The Open Road$')

    book_action(window, 'voice')
    window.find('label', '^Read All Chapters with')
    assert window.unnamed() == [], window.unnamed()
    window.screenshot('book-voice')
    window.press('push button', '^Make All Anew')
    window.label('^Sound deleted$')
    window.press('push button', '^Undo')
    window.label('^3 chapters · ')

    book_action(window, 'delete')
    wait_for('the book is gone', lambda: not window.look('list item', '^The Open Road$'))
    window.press('push button', '^Undo')
    window.find('list item', '^The Open Road$')
    assert len(made()) == N_CHAPTERS * N_PARTS


def make_without_a_window(window, program):
    """The program stays until the book is done, then it ends."""
    window.quit()
    for path in glob.glob(os.path.join(books(), 'book-1/*/part-*')):
        os.remove(path)
    for path in glob.glob(os.path.join(books(), 'book-1/*/take.json')):
        take = read(path)
        for part in take['parts']:
            part.pop('sound')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(take, file)
    window = Window(program, QORA_FAKE_RTF=FAST)
    window.find('list item', '^The Open Road$')
    book_action(window, 'generate')
    wait_for('it has begun', lambda: len(made()) > 0)
    window.keys('ctrl+w')
    assert window.process.wait(60) == 0
    assert len(made()) == N_CHAPTERS * N_PARTS
    assert state() == 'idle'


def add(program):
    """A file with chapters becomes a book, which its toast offers to make."""
    path = os.path.join(os.environ['HOME'], 'two.md')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('---\ntitle: Salt & Pepper\n---\n'
                   '# First\n\nSome words of it.\n\n# Second\n\nAnd *some* more of them.\n')
    window = Window(program, QORA_FAKE_RTF=FAST)
    window.activate('open', GLib.Variant('s', path))
    window.label('^“Salt & Pepper” ')
    window.find('list item', '^Second$')
    window.screenshot('book-added')
    folder = next(name for name in glob.glob(os.path.join(books(), '*')) if 'book-1' not in name)
    window.activate('book-generate', GLib.Variant('s', os.path.basename(folder)))

    def whole():
        takes = [read(path) for path in glob.glob(os.path.join(folder, '*/take.json'))]
        return len(takes) == 2 and all('sound' in part for take in takes for part in take['parts'])
    wait_for('all of it is made', whole)
    window.quit()


def main(program):
    os.environ['GSETTINGS_BACKEND'] = 'keyfile'
    write_book()
    window = Window(program, QORA_FAKE_RTF=SLOW)
    unfold(window)
    search(window)
    make_and_use(window)
    window = kill_and_return(window, program)
    window = pause_and_return(window, program)
    export(window)
    change(window)
    make_without_a_window(window, program)
    add(program)


main(sys.argv[1])
