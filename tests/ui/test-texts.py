"""test-texts.py QORA: texts, subtitles and books come into the window, and nothing in it is lost

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import subprocess
import sys
import zipfile

from window import GLib, Window, is_sensitive, wait_for

TYPED = 'This was typed and not spoken yet.'
CHAPTERS = ('The River Bank', 'The Open Road')
SRT = ('1\n00:00:02,000 --> 00:00:03,000\n<i>The first words.</i>\n\n'
       '2\n00:00:02,100 --> 00:00:04,000\nThe second words.\n\n'
       '3\n00:01:00,000 --> 00:01:02,000\nThe last words.\n')


def path_of(name):
    return os.path.join(os.environ['HOME'], name)


def write(name, data):
    with open(path_of(name), 'wb') as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def make_epub():
    items = ''.join(f'<item id="c{i}" href="{i}.xhtml" media-type="application/xhtml+xml"/>'
                    for i in range(len(CHAPTERS)))
    refs = ''.join(f'<itemref idref="c{i}"/>' for i in range(len(CHAPTERS)))
    with zipfile.ZipFile(path_of('willows.epub'), 'w') as book:
        book.writestr('mimetype', 'application/epub+zip')
        book.writestr('META-INF/container.xml',
                      '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>')
        book.writestr('a.opf', '<package xmlns:dc="d"><metadata><dc:title>The Willows</dc:title>'
                      f'</metadata><manifest>{items}</manifest><spine>{refs}</spine></package>')
        for i, title in enumerate(CHAPTERS):
            book.writestr(f'{i}.xhtml', f'<html><body><h1>{title}</h1><p>Text.</p></body></html>')


def open_file(window, name):
    """What a drop does, and the dialog at its end."""
    window.activate('open', GLib.Variant('s', path_of(name)))


def kept_texts():
    texts = []
    for path in glob.glob(os.path.join(os.environ['XDG_DATA_HOME'], 'qora-tts/takes/*/take.json')):
        with open(path, encoding='utf-8') as file:
            texts.append(json.load(file)['text'])
    return texts


def shows(window, text):
    wait_for(f'the window shows “{text}”', lambda: window.read() == text)


def open_texts(window):
    window.write(TYPED)
    window.label('^Not spoken yet')
    open_file(window, 'page.html')
    shows(window, 'News\n\nSome text.')
    wait_for('what was typed is kept', lambda: TYPED in kept_texts())
    window.screenshot('texts-kept')
    open_file(window, 'latin.txt')
    shows(window, 'Über den Wäldern lag noch der Nebel, und die Straße war naß.')


def begin_anew(window):
    typed = 'Nothing was made of this.'
    window.write(typed)
    window.label('^Not spoken yet')
    window.activate('new-take')
    shows(window, '')
    wait_for('what was typed is kept', lambda: typed in kept_texts())


def refuse(window):
    shown = window.read()
    for name, words in (('picture.png', 'is not a text'), ('broken.srt', 'line 2'),
                        ('none.txt', 'none.txt')):
        open_file(window, name)
        window.label(words)
        window.screenshot('texts-refused')
    assert window.read() == shown


def open_subtitles(window):
    open_file(window, 'film.srt')
    shows(window, '{silence until 0:00:02.000} The first words.\n\n'
                  '{silence until 0:00:02.100} The second words.\n\n'
                  '{silence until 0:01:00.000} The last words.')
    window.activate('generate')
    window.label('^1 subtitle begins late')
    window.screenshot('texts-timed')
    wait_for('the speech is ready',
             lambda: is_sensitive(window.find('push button', '^Generate$')))
    window.label('1:0[0-9]')


def open_book(window):
    before = window.read()
    open_file(window, 'willows.epub')
    window.find('list item', '^The Willows$')
    window.label('^“The Willows” ')
    assert window.read() == before


def main():
    program = sys.argv[1]
    make_epub()
    write('page.html', '<nav>no</nav><h1>News</h1><p>Some <b>text</b>.')
    write('latin.txt',
          'Über den Wäldern lag noch der Nebel, und die Straße war naß.'.encode('cp1252'))
    write('picture.png', b'\x89PNG\r\n\x1a\n\0\0')
    write('broken.srt', '1\n00:00:01 -> 00:00:02\nOne.\n')
    write('film.srt', SRT)
    window = Window(program)
    open_texts(window)
    refuse(window)
    open_subtitles(window)
    open_book(window)
    begin_anew(window)
    assert window.unnamed() == [], window.unnamed()
    # A second command hands its file to the window that is there.
    write('second.md', '# Title\n\n- An *item*.\n')
    subprocess.run([program, path_of('second.md')], check=True, timeout=60,
                   env=dict(os.environ, QORA_ENGINE='fake'))
    shows(window, 'Title\n\nAn item.')
    window.quit()
    # The draft of the last time is kept when a file is opened at the start.
    window = Window(program, path_of('page.html'), QORA_ENGINE='fake')
    shows(window, 'News\n\nSome text.')
    wait_for('the draft is kept', lambda: 'Title\n\nAn item.' in kept_texts())
    window.quit()


main()
