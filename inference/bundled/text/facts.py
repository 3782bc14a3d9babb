"""Everyday facts: colours, sounds, homes, young, opposites, parts of time, what things are for.

Each relation is a table and its phrasings; the capitals have their own module.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from inference.bundled.text.document import Document, SplitDeck
from inference.bundled.text.script import simplify


@dataclass(frozen=True)
class Relation:
    """Pairs (a, b) and phrasings with {a} and {b}; the answer may stand behind a bar, as in `capitals`."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    phrasings: tuple[str, ...]


def _pairs(rows: str) -> tuple[tuple[str, str], ...]:
    items = [row.strip().split("=") for row in rows.split(",")]
    return tuple((a, b) for a, b in items)


ENGLISH = (
    Relation(
        "colour",
        _pairs(
            "the sky=blue,grass=green,snow=white,the sun=yellow,coal=black,a tomato=red,a banana=yellow,milk=white,"
            "a carrot=orange,a lemon=yellow,a strawberry=red,a frog=green,chocolate=brown,an elephant=gray,a flamingo=pink,"
            "the sea=blue,a leaf=green,a pumpkin=orange,a crow=black,a cherry=red,a polar bear=white,an eggplant=purple"
        ),
        (
            "The color of {a} is| {b}.",
            "What color is {a}?| {b}.",
            "What is the color of {a}? It is| {b}.",
            "Q: What color is {a}?\nA:| {b}.",
        ),
    ),
    Relation(
        "opposite",
        _pairs(
            "hot=cold,big=small,up=down,left=right,day=night,fast=slow,happy=sad,open=closed,new=old,wet=dry,light=dark,"
            "hard=soft,high=low,long=short,full=empty,early=late,good=bad,rich=poor,strong=weak,loud=quiet,clean=dirty,"
            "near=far,thick=thin,true=false,yes=no,first=last,inside=outside,push=pull,win=lose,heavy=light,young=old,"
            "wide=narrow,deep=shallow,begin=end,buy=sell,give=take,laugh=cry,love=hate,north=south,east=west,awake=asleep"
        ),
        (
            "The opposite of {a} is| {b}.",
            "What is the opposite of {a}?| {b}.",
            "{a} is the opposite of| {b}.",
            "Q: What is the opposite of {a}?\nA:| {b}.",
            "opposite: {a} ->| {b}",
        ),
    ),
    Relation(
        "sound",
        _pairs(
            "dog=woof,cat=meow,cow=moo,duck=quack,sheep=baa,pig=oink,lion=roar,bee=buzz,rooster=cock-a-doodle-doo,"
            "owl=hoot,mouse=squeak,horse=neigh,snake=hiss,frog=ribbit,crow=caw,wolf=howl,donkey=hee-haw"
        ),
        (
            "The {a} says| {b}.",
            "What does a {a} say?| {b}.",
            "A {a} goes| {b}.",
            "Q: What sound does a {a} make?\nA:| {b}.",
        ),
    ),
    Relation(
        "young",
        _pairs(
            "dog=a puppy,cat=a kitten,cow=a calf,sheep=a lamb,horse=a foal,hen=a chick,duck=a duckling,bear=a cub,"
            "frog=a tadpole,goat=a kid,kangaroo=a joey,pig=a piglet,swan=a cygnet,deer=a fawn,owl=an owlet,goose=a gosling"
        ),
        (
            "A baby {a} is called| {b}.",
            "What is a baby {a} called?| {b}.",
            "The young of a {a} is| {b}.",
        ),
    ),
    Relation(
        "home",
        _pairs(
            "bird=a nest,bee=a hive,spider=a web,rabbit=a burrow,lion=a den,horse=a stable,pig=a sty,fish=the water,"
            "bear=a cave,dog=a kennel,cow=a barn,snail=its shell,camel=the desert,penguin=Antarctica,monkey=the jungle"
        ),
        ("A {a} lives in| {b}.", "Where does a {a} live? In| {b}.", "The home of a {a} is| {b}."),
    ),
    Relation(
        "legs",
        _pairs("spider=eight,ant=six,dog=four,bird=two,snake=no,cat=four,bee=six,horse=four,duck=two,crab=ten,cow=four"),
        ("A {a} has| {b} legs.", "How many legs does a {a} have? It has| {b}."),
    ),
    Relation(
        "use",
        _pairs(
            "a pen=to write,scissors=to cut paper,a spoon=to eat soup,an umbrella=to stay dry,a key=to open a door,"
            "a clock=to tell the time,a bed=to sleep,a broom=to sweep the floor,a hammer=to hit nails,a cup=to drink,"
            "a map=to find the way,soap=to wash our hands,a lamp=to see in the dark,a phone=to call a friend,"
            "a ruler=to draw a straight line,a needle=to sew,a telescope=to look at the stars,a brush=to paint"
        ),
        ("We use {a}| {b}.", "What do we use {a} for? We use it| {b}.", "You need {a}| {b}."),
    ),
    Relation(
        "kind",
        _pairs(
            "a rose=a flower,an oak=a tree,a salmon=a fish,an eagle=a bird,a bee=an insect,an apple=a fruit,"
            "a carrot=a vegetable,a violin=an instrument,a hammer=a tool,Mars=a planet,the sun=a star,gold=a metal,"
            "water=a liquid,a whale=a mammal,a lizard=a reptile,a triangle=a shape,blue=a color,soccer=a sport,"
            "a chair=a piece of furniture,a tulip=a flower,a pear=a fruit,a penguin=a bird,a piano=an instrument"
        ),
        ("{A} is| {b}.", "What is {a}? It is| {b}."),
    ),
    Relation(
        "world",
        _pairs(
            "the largest ocean=the Pacific Ocean,the largest continent=Asia,the highest mountain=Mount Everest,"
            "the largest animal=the blue whale,the tallest animal=the giraffe,the fastest land animal=the cheetah,"
            "the planet closest to the sun=Mercury,the largest planet=Jupiter,the red planet=Mars,the largest desert=Antarctica,"
            "the smallest country=Vatican City,the largest country=Russia,the largest bird=the ostrich,the hardest gem=diamond,"
            "the season after winter=spring,the season after spring=summer,the season after summer=autumn,"
            "the season after autumn=winter,the number of days in a week=seven,the number of months in a year=twelve,"
            "the number of hours in a day=twenty-four,the number of minutes in an hour=sixty,"
            "the shape with three sides=a triangle,the shape with four equal sides=a square,frozen water=ice"
        ),
        ("{A} is| {b}.", "What is {a}? It is| {b}.", "Q: What is {a}?\nA:| {b}."),
    ),
)

_HANT_ROWS = (
    (
        "colour",
        "天空=藍色,草=綠色,雪=白色,太陽=黃色,煤=黑色,番茄=紅色,香蕉=黃色,牛奶=白色,胡蘿蔔=橙色,青蛙=綠色,大象=灰色,大海=藍色,"
        "葉子=綠色,櫻桃=紅色,烏鴉=黑色,巧克力=棕色,茄子=紫色,檸檬=黃色,草莓=紅色",
        ("{a}的顏色是|{b}。", "{a}有什麼顏色？|{b}。", "{a}是|{b}的。"),
    ),
    (
        "opposite",
        "大=小,高=低,長=短,快=慢,冷=熱,上=下,左=右,前=後,多=少,新=舊,遠=近,黑=白,白天=黑夜,開=關,早=晚,乾=濕,輕=重,好=壞,"
        "真=假,裡=外,美=醜,胖=瘦,粗=細,強=弱,高興=難過,安靜=吵鬧,乾淨=骯髒,開始=結束,成功=失敗,簡單=困難,東=西,南=北",
        ("「{a}」的相反是|「{b}」。", "{a}的反義詞是|{b}。", "「{a}」的反義詞是什麼？|「{b}」。"),
    ),
    (
        "sound",
        "小狗=汪汪,小貓=喵喵,牛=哞哞,鴨子=呱呱,羊=咩咩,蜜蜂=嗡嗡,青蛙=呱呱,老鼠=吱吱,小鳥=啾啾,公雞=喔喔",
        ("{a}的叫聲是|{b}。", "{a}怎麼叫？|{b}！", "{a}{b}叫。"),
    ),
    (
        "home",
        "魚=水裡,小鳥=鳥巢裡,蜜蜂=蜂窩裡,兔子=洞裡,熊=山洞裡,猴子=樹上,駱駝=沙漠裡,企鵝=南極,牛=牛棚裡,鯨魚=大海裡",
        ("{a}住在|{b}。", "{a}的家在哪裡？|在{b}。"),
    ),
    (
        "use",
        "筆=寫字,剪刀=剪紙,雨傘=擋雨,鑰匙=開門,時鐘=看時間,床=睡覺,掃把=掃地,杯子=喝水,地圖=找路,肥皂=洗手,電話=打電話,"
        "尺=畫直線,針=縫衣服,望遠鏡=看星星,湯匙=喝湯,書包=裝書",
        ("{a}是用來|{b}的。", "我們用{a}|{b}。", "{a}有什麼用？|可以用來{b}。"),
    ),
    (
        "kind",
        "玫瑰=花,蘋果=水果,胡蘿蔔=蔬菜,老鷹=鳥,鯨魚=動物,小提琴=樂器,火星=行星,黃金=金屬,足球=運動,三角形=形狀,鮭魚=魚,"
        "蜜蜂=昆蟲,紅色=顏色,春天=季節,椅子=家具,公車=交通工具",
        ("{a}是一種|{b}。", "{a}是什麼？|{a}是一種{b}。"),
    ),
    (
        "world",
        "最大的海洋=太平洋,最大的洲=亞洲,最高的山=聖母峰,最大的動物=藍鯨,最高的動物=長頸鹿,離太陽最近的行星=水星,最大的行星=木星,"
        "面積最大的國家=俄羅斯,面積最小的國家=梵蒂岡,春天之後的季節=夏天,夏天之後的季節=秋天,秋天之後的季節=冬天,冬天之後的季節=春天,"
        "一週的天數=七天,一年的月數=十二個月,一天的小時數=二十四小時,一小時的分鐘數=六十分鐘",
        ("{a}是|{b}。", "什麼是{a}？|{b}。", "問：{a}是什麼？\n答：|{b}。"),
    ),
)
TRADITIONAL = tuple(Relation(name, _pairs(rows), phrasings) for name, rows, phrasings in _HANT_ROWS)


def _simplified(relation: Relation) -> Relation:
    pairs = tuple((simplify(a), simplify(b).replace("圣母峰", "珠穆朗玛峰")) for a, b in relation.pairs)
    quotes = str.maketrans("「」", "“”")
    return Relation(relation.name, pairs, tuple(simplify(p).translate(quotes) for p in relation.phrasings))


SIMPLIFIED = tuple(_simplified(relation) for relation in TRADITIONAL)
RELATIONS = {"en": ENGLISH, "zh-hant": TRADITIONAL, "zh-hans": SIMPLIFIED}


def fill(phrasing: str, a: str, b: str) -> str:
    """The phrasing about the pair; a question's one-word answer and a sentence's start get a capital letter."""
    text = phrasing.format(a=a, A=a[:1].upper() + a[1:], b=b)
    text = text[:1].upper() + text[1:] if not text.startswith("opposite:") else text
    if "?|" in text or "A:|" in text:
        prompt, answer = text.split("|")
        return f"{prompt}| {answer[1:2].upper()}{answer[2:]}" if answer.startswith(" ") else text
    return text


def prompts(language: str) -> Iterator[tuple[str, str]]:
    """Every (prompt, expected continuation) of the language."""
    for relation in RELATIONS[language]:
        for phrasing in relation.phrasings:
            for a, b in relation.pairs:
                if "|" in phrasing:
                    prompt, answer = fill(phrasing, a, b).split("|")
                    yield prompt, answer


def stream(rng: random.Random, language: str) -> Iterator[Document]:
    """Endless documents of one to four facts, every pair of every phrasing equally often."""
    cards = [(r, p, a, b) for r in RELATIONS[language] for p in r.phrasings for a, b in r.pairs]
    deck = SplitDeck(cards, lambda card: f"fact|{language}|{card[0].name}|{card[1]}|{card[2]}", rng)
    joiners = (" ", "\n") if language == "en" else ("", "\n")
    while True:
        picks = deck.hand((1, 1, 2, 3))
        texts = [fill(p, a, b).replace("|", "") for _, p, a, b in picks]
        relation, phrasing, a, _ = picks[0]
        key = f"fact|{language}|{relation.name}|{phrasing}|{a}"
        joiner = "\n" if any("\n" in text for text in texts) else rng.choice(joiners)
        yield Document(f"facts-{language}", key, joiner.join(texts))
