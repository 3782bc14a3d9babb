"""The words that English stories are filled with: people, animals, things, places. Knows no plots."""

import random
from dataclasses import dataclass

from inference.bundled.text.words import listed


@dataclass(frozen=True)
class Person:
    """Somebody with a name (or a role such as "Grandma") and a gender for the pronouns."""

    name: str
    female: bool


def _people(names: str, female: bool) -> tuple[Person, ...]:
    return tuple(Person(name, female) for name in names.split())


PEOPLE = _people(
    "Lily Mia Anna Sara Emma Zoe Nora Ruby Ella Maya Lucy Rosa Amy Kate Jane Lena Tara Eva Ivy Molly Grace Daisy Hana Mei",
    True,
) + _people(
    "Tom Ben Max Sam Leo Jack Tim Finn Oscar Noah Eli Hugo Peter Adam Luke Omar Kofi Ravi Theo Paul Felix Oliver Ken Jun",
    False,
)
ELDERS = tuple(
    Person(name, female)
    for name, female in (
        ("Grandma", True),
        ("Grandpa", False),
        ("Mom", True),
        ("Dad", False),
        ("Aunt May", True),
        ("Uncle Joe", False),
        ("Mrs. Green", True),
        ("Mr. Brown", False),
    )
)
ADJECTIVES = listed(
    "red blue green yellow little big old new shiny soft wooden golden silver tiny round pretty striped bright purple white small orange"
)
COLORS = listed("red blue green yellow purple white orange pink golden silver")
THINGS = listed(
    "ball,kite,drum,boat,hat,scarf,bell,book,box,basket,doll,lantern,button,key,mirror,puppet,robot,teddy bear,toy car,"
    "umbrella,whistle,balloon,spoon,ring,crown,feather,shell,stone,paintbrush,flute",
    ",",
)
PLACES = listed(
    "the park,the garden,the beach,the forest,the farm,the market,the school yard,the river,the lake,the meadow,the village,"
    "the library,the playground,the hill,the old bridge",
    ",",
)
ANIMALS = listed("cat,puppy,rabbit,bird,duck,fox,squirrel,hedgehog,turtle,mouse,kitten,frog,owl,lamb,goat", ",")
SKIES = listed(
    "The sun was warm and bright.,The sky was gray and full of clouds.,A soft wind moved the leaves.,It was a cold and clear morning.,"
    "Birds were singing in the trees.,The air smelled of flowers.,White clouds sailed across the sky.,It had rained all night.,"
    "The grass was still wet.,Snow lay on all the roofs.",
    ",",
)
TREATS = listed(
    "apple,cookie,sandwich,banana,piece of cake,pear,muffin,pancake,orange,slice of pie,bowl of soup,peach,bun,cheese roll", ","
)
HIDEOUTS = listed(
    "under a bench,behind a big tree,in the tall grass,under the bed,behind the door,inside an old boot,between two stones,"
    "next to the fence,under a pile of leaves,on top of a wall,in a bush,near the well",
    ",",
)
SKILLS = listed(
    "ride a bike,swim,whistle,play the drum,skate,climb the tall tree,tie a knot,play the piano,fly a kite,jump rope,"
    "read a long book,bake bread,juggle,paint a horse,dance",
    ",",
)
DAYS = listed(
    "One morning,One day,One sunny day,One afternoon,On Monday,On Saturday,On a rainy day,One evening,In the spring,Last summer,"
    "One winter day,After school,Early one morning,On Sunday",
    ",",
)
TRAITS = listed("kind,brave,curious,shy,clever,cheerful,quiet,careful,funny,lively,patient,dreamy,honest,friendly", ",")
_ANIMAL_HEROES = listed(
    "a little fox,a small bear,a young rabbit,a tiny mouse,a gray wolf,a lazy cat,a proud duck,a shy hedgehog,a clever crow,a slow turtle,"
    "a green frog,a brown owl",
    ",",
)
ANIMAL_NAMES = _people("Pip Rusty Bruno Milo Toby Hops", False) + _people("Bella Coco Luna Poppy Dot Hazel", True)


def with_article(words: str) -> str:
    """The words with "a" or "an"."""
    vowel = words[0] in "aeio" or words.startswith(("honest", "umbrella"))
    return f"an {words}" if vowel else f"a {words}"


def pronouns(person: Person, letter: str) -> dict[str, str]:
    """Slots of a person; `letter` ("" hero, "f" friend, "e" elder) is put before each name of a slot."""
    he, him, his = ("she", "her", "her") if person.female else ("he", "him", "his")
    child = "girl" if person.female else "boy"
    name = {"": "N", "f": "F", "e": "E"}[letter]
    self = "herself" if person.female else "himself"
    slots = {"he": he, "him": him, "his": his, "self": self, "He": he.title(), "His": his.title(), "child": child}
    return {name: person.name} | {letter + slot: word for slot, word in slots.items()}


def animal_cast(rng: random.Random) -> dict[str, str]:
    """Hero and friend as animals with names: the slots of people and the kinds (aN, N2, aF, F2)."""
    hero, friend = rng.sample(ANIMAL_NAMES, 2)
    kind, other = rng.sample(_ANIMAL_HEROES, 2)
    kinds = {"aN": kind, "N2": kind.split()[-1], "aF": other, "F2": other.split()[-1]}
    return pronouns(hero, "") | pronouns(friend, "f") | kinds
