# SPDX-License-Identifier: Apache-2.0
"""Sentences of everyday English put together from word lists: names, times, numbers, requests."""
import random

NOUNS = """time year people way day man thing woman life child world school state family student group country
problem hand part place case week company system program question work government number night point home water
room mother area money story fact month lot right study book eye job word business issue side kind head house
service friend father power hour game line end member law car city community name president team minute idea kid
body information back parent face others level office door health person art war history party result change
morning reason research girl guy moment air teacher force education dog cat bird horse tree river mountain garden
kitchen window table chair bread butter milk cheese apple orange coffee tea sugar salt soup chicken fish rice
doctor nurse farmer driver pilot soldier king queen letter paper pencil computer keyboard screen phone message
picture music song voice radio camera clock watch train bus bicycle boat ship plane road bridge street market
shop hotel station airport church island beach forest desert weather rain snow wind storm cloud sun moon star
summer winter spring autumn birthday holiday ticket suitcase jacket shirt shoe hat glove ring mirror lamp candle
blanket pillow bottle glass plate knife fork spoon box bag basket key lock puppy kitten rabbit tiger elephant
monkey lion mouse snake frog bee spider flower rose leaf branch root seed grass field hill valley lake ocean wave
stone sand gold silver iron wood wool silk""".split()
ADJECTIVES = """good new first last long great little own other old right big high different small large next early
young important few public bad same able red blue green yellow black white brown quick slow happy sad angry tired
hungry thirsty warm cold hot cool wet dry soft hard smooth rough sharp bright dark heavy light strong weak loud
quiet clean dirty rich poor empty full deep narrow wide thin thick sweet sour bitter fresh strange familiar simple
difficult careful gentle honest brave clever foolish lazy busy famous lovely pretty ugly broken wooden golden
silent""".split()
PAST_VERBS = """found lost took gave made saw heard left kept held brought bought sold sent showed told asked wanted
needed liked loved hated watched followed carried opened closed cleaned painted fixed broke dropped threw caught
pulled pushed moved turned started stopped finished changed chose wrote read drew built hid washed cooked ate
drank cut filled covered remembered forgot""".split()
VERBS = """find lose take give make see hear leave keep hold bring buy sell send show watch follow carry open close
clean paint fix break drop throw catch pull push move turn start stop finish change choose write read draw build
hide wash cook eat drink cut fill cover remember forget check save load print copy delete share record play
download install update search""".split()
NAMES = """Anna Tom Mary John Peter Susan David Emily James Laura Michael Sarah Robert Linda William Alice George
Helen Paul Julia Frank Nancy Kevin Rachel Steven Karen Daniel Grace Henry Rose Jack Lucy Oliver Sophie Eric Vivian
Ryan Dylan Serena Aiden""".split()
PLACES = [
    "in the kitchen", "on the table", "under the old bridge", "near the river", "at the station",
    "behind the house", "in front of the school", "across the street", "by the window",
    "at the end of the road", "in the garden", "on top of the hill", "next to the market", "inside the box",
    "in the city", "at home", "in the office", "on the beach", "over the mountains", "through the forest",
    "around the corner", "beside the lake",
]
TIMES = (
    ["today", "tomorrow", "yesterday", "last night", "this morning", "in the evening", "every day", "next week",
     "at noon", "at midnight", "after lunch", "before dinner", "two weeks ago", "in a few minutes", "right now",
     "all day long", "once a year", "at once"]
    + [f"on {d}day" for d in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")]
    + [f"in {m}" for m in ("January", "February", "March", "April", "May", "June", "July", "August", "September",
                           "October", "November", "December")]
)
ADVERBS = """quickly slowly carefully quietly loudly suddenly finally always never often sometimes usually really
almost already still just again gently happily sadly""".split()
PHRASES = """Good morning.|Good night.|Hello.|Hello there!|Thank you very much.|You are welcome.|How are you today?|
I am fine, thank you.|See you tomorrow.|Excuse me.|I am sorry.|Please wait.|Welcome back.|Yes.|No.|Maybe.|Okay.|
This is a demonstration.|This is a small voice.|Can you hear me?|Please speak slowly.|What time is it?|
Press any key to continue.|The file has been saved.|Something went wrong.|Try again later.|Loading the model.|
Speech is ready.|Type your text here.|Choose a voice.|Nice to meet you.|Have a nice day.""".replace("\n", "").split("|")
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number_in_words(n):
    """English words of 0 <= n < 1,000,000."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")
    unit, name = (100, "hundred") if n < 1000 else (1000, "thousand")
    rest = f" {number_in_words(n % unit)}" if n % unit else ""
    return f"{number_in_words(n // unit)} {name}{rest}"


class SentenceMaker:
    """Draws template sentences from one seeded generator."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.templates = [
            lambda: f"{self.subject()} {self.past()} {self.thing()} {self.any(PLACES)}.",
            lambda: f"{self.subject()} {self.past()} {self.thing()} {self.any(TIMES)}.",
            lambda: f"The {self.noun()} is {self.adjective()} and {self.adjective()}.",
            lambda: f"Please {self.verb()} the {self.noun()} {self.any(TIMES)}.",
            lambda: f"Did you {self.verb()} {self.thing()}?",
            lambda: f"Where is {self.thing()}?",
            lambda: f"Can you {self.verb()} {self.thing()} for me?",
            lambda: f"There are {number_in_words(self.rng.randrange(2, 200))} {self.noun()}s {self.any(PLACES)}.",
            lambda: f"It costs {number_in_words(self.rng.randrange(2, 999))} dollars.",
            lambda: f"The {self.noun()} will {self.verb()} {self.any(TIMES)}.",
            lambda: f"{self.any(NAMES)} and {self.any(NAMES)} {self.past()} {self.thing()}.",
            lambda: f"I don't {self.verb()} {self.thing()}, but {self.any(NAMES)} can.",
            lambda: f"{self.any(ADVERBS)}, {self.thing()} {self.past()} {self.thing()}.",
            lambda: f"What a {self.adjective()} {self.noun()}!",
            lambda: f"If you {self.verb()} {self.thing()}, we will {self.verb()} {self.thing()}.",
            lambda: f"Hello, my name is {self.any(NAMES)}.",
            lambda: f"It is {number_in_words(self.rng.randrange(1, 13))} o'clock {self.daytime()}.",
            lambda: f"{self.subject()} {self.any(ADVERBS)} {self.past()} {self.thing()}.",
            lambda: f"Chapter {number_in_words(self.rng.randrange(1, 60))}.",
            lambda: f"{self.noun()}.",
            lambda: f"The {self.noun()} of the {self.noun()} was {self.adjective()}.",
            lambda: f"{self.rng.randrange(1, 100)}.",
            lambda: f"Page {self.rng.randrange(1, 400)}.",
            lambda: f"The year {self.rng.randrange(1700, 2030)}.",
            lambda: f"There are {self.rng.randrange(2, 1000)} files.",
            lambda: self.any(PHRASES),
        ]

    def any(self, words):
        return self.rng.choice(words)

    def noun(self):
        return self.any(NOUNS)

    def adjective(self):
        return self.any(ADJECTIVES)

    def verb(self):
        return self.any(VERBS)

    def past(self):
        return self.any(PAST_VERBS)

    def daytime(self):
        return self.any(["in the morning", "in the afternoon", "in the evening", "at night"])

    def thing(self):
        which = self.any("the the the a my your his her our their this that every".split())
        adjective = f"{self.adjective()} " if self.rng.random() < 0.45 else ""
        return f"{which} {adjective}{self.noun()}"

    def subject(self):
        return self.any([self.thing, lambda: self.any(NAMES), lambda: self.any("I We They You He She".split())])()

    def sentence(self):
        text = self.any(self.templates)()
        return text[0].upper() + text[1:]
