"""Conversations in the instruction format: questions about the facts, stories on request, lists, small talk.

Builds on the other generators; writes turns, never special tokens (see `dialogue`,
which the tokenizer's chat template mirrors).
"""

import random
import re
from collections.abc import Callable, Iterator

from inference.bundled.text import capitals, facts, lexicon_en, sequences, stories_en, stories_zh
from inference.bundled.text.capitals import Language
from inference.bundled.text.countries import COUNTRIES
from inference.bundled.text.document import CLOSED, HELD_OUT_SHARE, Deck, Document, is_held_out
from inference.bundled.text.script import simplify

Turn = tuple[str, str]
SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are a friendly teacher for children.",
    "Answer in one short sentence.",
    "You tell stories.",
    "你是一個友善的助手。",
    "你是一个友善的助手。",
)
END = "<|end|>"
ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}


def dialogue(turns: list[Turn]) -> str:
    """The turns (role, content) as the chat template writes them."""
    return "".join(f"{ROLES[role]}{content}{END}" for role, content in turns)


class Chat:
    """An endless source of conversations; owns the decks, so that every country is asked for equally often."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        cards = [(language, c) for language in capitals.LANGUAGES for c in COUNTRIES]
        self._capitals = Deck(cards, rng)
        makers: tuple[tuple[int, Callable[[], tuple[str, list[Turn]]]], ...] = (
            (6, self._capital),
            (4, self._fact),
            (5, self._story_en),
            (3, self._story_zh),
            (2, self._sum),
            (2, self._small_talk),
            (2, self._list),
            (2, self._repeat),
            (1, self._series),
        )
        self._weights, self._makers = zip(*makers, strict=True)

    def stream(self) -> Iterator[Document]:
        while True:
            held_out = self._rng.random() < HELD_OUT_SHARE
            exchanges = [self._exchange(held_out) for _ in range(self._rng.choice((1, 1, 1, 2, 3)))]
            turns = [turn for _, exchange in exchanges for turn in exchange]
            if self._rng.random() < 0.2:
                turns.insert(0, ("system", self._rng.choice(SYSTEM_PROMPTS)))
            yield Document("chat", exchanges[0][0], dialogue(turns))

    def _exchange(self, held_out: bool) -> tuple[str, list[Turn]]:
        """(key, turns), every exchange of a conversation from the same side of the split."""
        while True:
            maker: Callable[[], tuple[str, list[Turn]]] = self._rng.choices(self._makers, self._weights)[0]
            key, turns = maker()
            if is_held_out(Document("", key, "")) is held_out:
                return key, turns

    def _capital(self) -> tuple[str, list[Turn]]:
        language, country = self._capitals.draw()
        name, capital = capitals.names(country, language)
        question, answer = self._rng.choice(_CAPITAL_FORMS[language])
        turn = [("user", question.format(c=name)), ("assistant", answer.format(c=name, k=capital))]
        return f"chat-capital|{language}|{country.name}|{question}|{answer}", turn

    def _fact(self) -> tuple[str, list[Turn]]:
        language = self._rng.choice(capitals.LANGUAGES)
        relation = self._rng.choice(facts.RELATIONS[language])
        asking = [p for p in relation.phrasings if "?" in p or "？" in p]
        text = facts.fill(self._rng.choice(asking), *self._rng.choice(relation.pairs)).replace("|", "")
        question, mark, answer = re.split(r"([?？])", text, maxsplit=1)
        question = re.sub("^(Q: |問：|问：)", "", question) + mark
        answer = re.sub("^\n?(A: |答：)", "", answer).strip()
        return f"chat-fact|{question}", [("user", question), ("assistant", answer)]

    def _story_en(self) -> tuple[str, list[Turn]]:
        plot = self._rng.choice(stories_en.SHELF.plots)
        cast = stories_en.draw_cast(self._rng, plot)
        about = cast.get("aN") if plot.animals else lexicon_en.with_article(cast["child"])
        forms = (
            "Tell me a story.",
            "Tell me a short story about {about} named {N}.",
            "Write a story about {about} called {N}.",
            "Please tell me a story about {N}.",
            "Can you tell me a story about {about}?",
            "A story about {N} and {P}, please.",
        )
        ask = self._rng.choice(forms).format(about=about, **cast)
        key = f"story|en|{plot.name}|{cast['N']}|{cast['P']}|{cast['O']}"
        return key, [("user", ask), ("assistant", stories_en.tell(self._rng, plot, cast))]

    def _story_zh(self) -> tuple[str, list[Turn]]:
        plot = self._rng.choice(stories_zh.SHELF.plots)
        cast = stories_zh.draw_cast(self._rng, plot)
        forms = ("請說一個故事。", "講一個{N}的故事。", "請說一個關於{N}的故事。", "說一個{P}的故事給我聽。")
        ask, answer = self._rng.choice(forms).format(**cast), stories_zh.tell(self._rng, plot, cast)
        script = stories_zh.SCRIPTS[self._rng.choice(("zh-hant", "zh-hans"))]
        key = f"story|zh|{plot.name}|{cast['N']}|{cast['P']}|{cast['O']}"
        return key, [("user", script.spell(ask)), ("assistant", script.spell(answer))]

    def _sum(self) -> tuple[str, list[Turn]]:
        a, b = self._rng.randint(0, 10), self._rng.randint(0, 10)
        ask = self._rng.choice(("What is {a} plus {b}?", "What is {a} + {b}?", "{a} + {b} = ?", "{a}加{b}是多少？"))
        answer = f"{a}加{b}是{a + b}。" if "加" in ask else f"{a} + {b} = {a + b}"
        return f"chat-sum|{ask}|{a}|{b}", [("user", ask.format(a=a, b=b)), ("assistant", answer)]

    def _small_talk(self) -> tuple[str, list[Turn]]:
        ask, answers = self._rng.choice(_SMALL_TALK)
        answer = self._rng.choice(answers.split("|"))
        if self._rng.random() < 0.5:
            ask, answer = simplify(ask), simplify(answer)
        return f"{CLOSED}chat-talk|{ask}|{answer}", [("user", ask), ("assistant", answer)]

    def _list(self) -> tuple[str, list[Turn]]:
        name, items = self._rng.choice(_LISTS)
        number = self._rng.randint(2, 5)
        picks = self._rng.sample(items.split(","), number)
        if ord(name[0]) > 127:
            simple = self._rng.random() < 0.5
            ask, answer = f"說出{sequences.han(number)}種{name}。".replace("二種", "兩種"), "、".join(picks) + "。"
            turn = [("user", ask), ("assistant", answer)]
            return f"chat-list|{ask}|{answer}", [(r, simplify(t)) for r, t in turn] if simple else turn
        ask = self._rng.choice(("Name {n} {k}.", "List {n} {k}.", "Tell me {n} {k}."))
        ask = ask.format(n=sequences.WORDS[number - 1], k=name)
        answer = ", ".join(picks[:-1]) + f" and {picks[-1]}."
        return f"chat-list|{ask}|{answer}", [("user", ask), ("assistant", answer[0].upper() + answer[1:])]

    def _repeat(self) -> tuple[str, list[Turn]]:
        words = [w for _, items in _LISTS[:5] for w in items.split(",")] + [p.name for p in lexicon_en.PEOPLE]
        said = " ".join(self._rng.choice(words) for _ in range(self._rng.randint(2, 8)))
        ask = self._rng.choice(("Repeat after me: {s}", "Say this again: {s}", "Copy: {s}"))
        return f"chat-repeat|{said}", [("user", ask.format(s=said)), ("assistant", said)]

    def _series(self) -> tuple[str, list[Turn]]:
        asks = (
            ("Count to ten.", ", ".join(sequences.WORDS[:10]).capitalize() + "."),
            ("Count from 1 to 10.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
            ("Count from 10 down to 1.", "10, 9, 8, 7, 6, 5, 4, 3, 2, 1"),
            ("What are the days of the week?", ", ".join(sequences.DAYS) + "."),
            ("What are the months of the year?", ", ".join(sequences.MONTHS) + "."),
            ("Say the alphabet.", " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            ("從一數到十。", "、".join(sequences.HAN_DIGITS) + "。"),
            ("一個星期有哪幾天？", "、".join(sequences.HAN_DAYS) + "。"),
        )
        ask, answer = self._rng.choice(asks)
        return f"{CLOSED}chat-series|{ask}", [("user", ask), ("assistant", answer)]


_CAPITAL_FORMS: dict[Language, tuple[Turn, ...]] = {
    "en": (
        ("What is the capital of {c}?", "The capital of {c} is {k}."),
        ("What is the capital of {c}?", "{k}."),
        ("Which city is the capital of {c}?", "{k} is the capital of {c}."),
        ("Tell me the capital of {c}.", "The capital of {c} is {k}."),
        ("Do you know the capital of {c}?", "Yes, it is {k}."),
    ),
    "zh-hant": (
        ("{c}的首都是哪裡？", "{c}的首都是{k}。"),
        ("{c}的首都在哪裡？", "{k}。"),
        ("請問{c}的首都是什麼？", "{c}的首都是{k}。"),
        ("你知道{c}的首都嗎？", "知道，是{k}。"),
    ),
    "zh-hans": (
        ("{c}的首都是哪里？", "{c}的首都是{k}。"),
        ("{c}的首都在哪里？", "{k}。"),
        ("请问{c}的首都是什么？", "{c}的首都是{k}。"),
        ("你知道{c}的首都吗？", "知道，是{k}。"),
    ),
}
_SMALL_TALK = (
    ("Hello!", "Hello! How can I help you?|Hi! What would you like to know?|Hello! Shall I tell you a story?"),
    ("Hi", "Hi there! How are you?|Hello! Nice to meet you."),
    ("Good morning!", "Good morning! Did you sleep well?|Good morning! What shall we do today?"),
    ("How are you?", "I am fine, thank you. And you?|Very well, thank you!"),
    ("Who are you?", "I am a very small language model.|I am the small model of Logitscope."),
    ("What is your name?", "I have no name. I am a small language model.|You can call me Logitscope."),
    ("What can you do?", "I can tell tiny stories, name capitals, count and add small numbers."),
    ("How old are you?", "I am very new.|I was trained in one morning."),
    ("Are you a human?", "No, I am a small language model."),
    ("Thank you!", "You are welcome!|It was a pleasure."),
    ("Goodbye!", "Goodbye! See you soon.|Bye! Have a nice day."),
    ("Good night.", "Good night! Sleep well.|Good night, and sweet dreams."),
    ("Can you help me?", "Of course! What do you need?|Yes, I will try."),
    ("I am sad.", "I am sorry. Do you want to hear a story?|Oh no! What happened?"),
    ("I am happy!", "That is wonderful!|I am glad to hear that."),
    ("你好！", "你好！我可以幫你什麼？|你好！要聽故事嗎？"),
    ("早安！", "早安！今天想做什麼？|早安！你睡得好嗎？"),
    ("你是誰？", "我是一個很小的語言模型。|我是Logitscope的小模型。"),
    ("你叫什麼名字？", "我沒有名字，我是一個小小的語言模型。"),
    ("你會做什麼？", "我會說小故事、說出各國的首都、數數和做簡單的加法。"),
    ("謝謝！", "不客氣！|很高興能幫你。"),
    ("再見！", "再見！祝你有美好的一天。|再見，下次見！"),
    ("我很難過。", "別難過，要聽一個故事嗎？|怎麼了？"),
    ("我很開心！", "太好了！|真為你高興。"),
    ("晚安。", "晚安，祝你好夢！"),
)
_LISTS = (
    ("fruits", "apples,pears,bananas,cherries,lemons,oranges,plums,grapes,peaches,strawberries"),
    ("animals", "cats,dogs,horses,lions,bears,birds,rabbits,elephants,foxes,owls"),
    ("colors", "red,blue,green,yellow,purple,white,black,orange,pink,brown"),
    ("vegetables", "carrots,potatoes,onions,beans,tomatoes,peas,cabbages,pumpkins"),
    ("countries", "France,Japan,Brazil,Egypt,Canada,India,Spain,Kenya,Norway,Peru,Italy,China"),
    ("sports", "soccer,tennis,swimming,running,skating,chess,basketball,baseball"),
    ("水果", "蘋果,香蕉,梨子,橘子,西瓜,葡萄,草莓,桃子"),
    ("動物", "狗,貓,兔子,獅子,大象,馬,鳥,猴子,熊,羊"),
    ("顏色", "紅色,藍色,綠色,黃色,白色,黑色,紫色,橙色"),
    ("國家", "法國,日本,巴西,埃及,加拿大,印度,西班牙,德國,中國,泰國"),
)
