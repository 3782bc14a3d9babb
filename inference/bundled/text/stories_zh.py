"""Tiny stories in Chinese, in both scripts, told like the English ones (see `stories_en.py`).

Written in traditional characters and turned into simplified ones as a whole.
Slots: N hero with 他 as {t}, F friend with {ft}, E elder with {et}; O thing, M its
measure word, C colour, P place, A animal, D treat, H hideout, K skill, S weather,
W time, T trait; animal plots: B the hero's kind, G the friend's kind.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from inference.bundled.text.document import Document
from inference.bundled.text.plots import Plot, load
from inference.bundled.text.script import simplify
from inference.bundled.text.words import listed

SHELF = load("zh")


@dataclass(frozen=True)
class Speller:
    """One script: its name and how a traditional text is written in it."""

    kind: str
    simplified: bool

    def spell(self, text: str) -> str:
        return simplify(text).translate(str.maketrans("「」", "“”")) if self.simplified else text


SCRIPTS = {"zh-hant": Speller("stories-zh-hant", False), "zh-hans": Speller("stories-zh-hans", True)}
GIRLS = listed("小美 小玲 小雨 小雲 阿梅 美美 圓圓 安安 佳佳 小芳 小琪 小蘭 莉莉 心心")
BOYS = listed("小明 小華 小安 阿寶 阿福 阿傑 樂樂 豆豆 丁丁 天天 小剛 小強 大衛 明明")
ELDERS = (("媽媽", "她"), ("爸爸", "他"), ("奶奶", "她"), ("爺爺", "他"), ("王阿姨", "她"), ("李叔叔", "他"), ("老師", "她"))
THINGS = listed(
    "顆皮球 個風箏 把雨傘 頂帽子 本書 個布娃娃 輛玩具車 個鈴鐺 盞燈籠 條圍巾 枝畫筆 個氣球 面小鼓 枝笛子 個盒子 把鑰匙 隻木馬 "
    "個玩具熊 雙鞋子 枚硬幣 艘紙船 面鏡子"
)
COLORS = listed("紅色 藍色 綠色 黃色 紫色 白色 橙色 粉紅色 金色 銀色")
PLACES = listed("公園 花園 海邊 森林 農場 市場 操場 河邊 湖邊 草地 村子 圖書館 山坡 小橋 學校")
ANIMALS = listed("小貓 小狗 小兔子 小鳥 小鴨子 小狐狸 小松鼠 小刺蝟 小烏龜 小老鼠 青蛙 小羊")
TREATS = listed("蘋果 餅乾 三明治 香蕉 蛋糕 梨子 饅頭 包子 橘子 西瓜 麵包 月餅")
HIDEOUTS = listed("長椅下面 大樹後面 草叢裡 床底下 門後面 石頭旁邊 圍牆邊 樹葉堆裡 井邊 櫃子裡 橋下")
SKILLS = listed("騎腳踏車 游泳 吹口哨 打鼓 溜冰 爬樹 彈鋼琴 放風箏 跳繩 畫畫 做麵包 跳舞 寫毛筆字")
SKIES = listed(
    "太陽暖暖的。 天空灰灰的，好像要下雨了。 微風吹過樹葉。 小鳥在樹上唱歌。 空氣裡有花的香味。 白雲慢慢地飄過。 昨晚下了一夜的雨。 "
    "屋頂上積滿了雪。 那天天氣很好。"
)
DAYS = listed("有一天 一天早上 一個晴天的下午 星期一 星期六 下雨的那天 一天傍晚 春天的時候 去年夏天 一個冬天的早晨 放學以後 星期天")
TRAITS = listed("善良 勇敢 好奇 害羞 聰明 開朗 安靜 細心 有趣 活潑 有耐心 誠實")
BEASTS = listed("小狐狸 小熊 小白兔 小老鼠 小灰狼 小花貓 小鴨子 小刺蝟 烏鴉 烏龜 青蛙 貓頭鷹")
BEAST_NAMES = listed("跳跳 毛毛 球球 皮皮 多多 奇奇 點點 呼呼 嘟嘟 咪咪")


def stream(rng: random.Random, language: str) -> Iterator[Document]:
    """Endless stories; the key is plot, hero, place and object, and the same in both scripts."""
    script = SCRIPTS[language]
    while True:
        plot = rng.choice(SHELF.plots)
        cast = draw_cast(rng, plot)
        key = f"story|zh|{plot.name}|{cast['N']}|{cast['P']}|{cast['O']}"
        yield Document(script.kind, key, script.spell(tell(rng, plot, cast)))


def draw_cast(rng: random.Random, plot: Plot) -> dict[str, str]:
    """Fillers for every slot of the module's docstring."""
    measured = rng.choice(THINGS)
    cast = {"M": measured[0], "O": measured[1:], "C": rng.choice(COLORS), "P": rng.choice(PLACES)}
    cast |= {"A": rng.choice(ANIMALS), "D": rng.choice(TREATS), "H": rng.choice(HIDEOUTS), "K": rng.choice(SKILLS)}
    cast |= {"S": rng.choice(SKIES), "W": rng.choice(DAYS), "T": rng.choice(TRAITS)}
    return cast | _people(rng, plot)


def _people(rng: random.Random, plot: Plot) -> dict[str, str]:
    elder, elder_pronoun = rng.choice(ELDERS)
    people = [(name, "她", "女孩") for name in GIRLS] + [(name, "他", "男孩") for name in BOYS]
    if plot.animals:
        people = [(name, "牠", "") for name in BEAST_NAMES]
    (hero, t, child), (friend, ft, _) = rng.sample(people, 2)
    beast, other = rng.sample(BEASTS, 2)
    slots = {"N": hero, "t": t, "child": child, "F": friend, "ft": ft, "E": elder, "et": elder_pronoun}
    return slots | {"B": beast, "G": other}


def tell(rng: random.Random, plot: Plot, cast: dict[str, str]) -> str:
    """One telling in traditional characters."""
    beats = [rng.choice(beat) for beat in plot.beats]
    if rng.random() < 0.5 and not plot.animals:
        beats.insert(1, rng.choice(SHELF.interludes))
    if "{N}" not in beats[-1]:
        beats.append(rng.choice(SHELF.homecomings))
    elif rng.random() < 0.5:
        beats.append(rng.choice(SHELF.closings))
    return "".join(beats).format(**cast)
