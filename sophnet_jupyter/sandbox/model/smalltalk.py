"""What people try first: who are you, say it in another language, travel, the weather."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from . import maths
from .messages import Message
from .script import Talk

_INTRODUCE = r"introduce yourself|who are you|介绍(一下)?(你)?自己|自我介绍|你是谁"
_ONE_SENTENCE = r"one sentence|a single sentence|一句话"
_AGAIN = (
    r"^\W*(?:(?:and|now|say it|the same|again)\b.{0,20}\bin (?P<en>english|chinese)"
    r"|(?:再|请)?(?:用|说)(?P<zh>英文|英语|中文|汉语).{0,8})\W*$"
)
_TRAVEL = r"\btrips?\b|\btravel|\bvisit\b|holiday|旅行|旅游|行程|出去玩"
_CITIES = r"\bcit(?:y|ies)\b|城市"
_WEATHER = r"\bweather\b|\bwarm\b|\bcold\b.*\?|\brain\b|天气|冷吗|热吗|下雨"
_SEASONS = {
    r"\bwinter\b|冬": (
        "winter",
        "冬天",
        "a museum, a bath house, noodle soup",
        "博物馆、温泉、热汤面",
    ),
    r"\bspring\b|春": ("spring", "春天", "blossom, a bicycle, a light coat", "看花、骑车、薄外套"),
    r"\bsummer\b|夏": (
        "summer",
        "夏天",
        "the coast, an early start, shade",
        "海边、早出门、阴凉处",
    ),
    r"\bautumn\b|\bfall\b|秋": (
        "autumn",
        "秋天",
        "hills, red leaves, harvest markets",
        "爬山、红叶、集市",
    ),
    r"\bnight\b|晚上|夜": (
        "the evening",
        "晚上",
        "a night market, a river walk, music",
        "夜市、河边散步、音乐",
    ),
}
_CITY_LIST = (
    ("Paris", "巴黎", "France", "法国", "museums and bread", "博物馆和面包"),
    ("Chengdu", "成都", "China", "中国", "tea houses and pandas", "茶馆和熊猫"),
    ("Lisbon", "里斯本", "Portugal", "葡萄牙", "hills and trams", "山坡和电车"),
    ("Kyoto", "京都", "Japan", "日本", "gardens and temples", "庭院和寺庙"),
    ("Nairobi", "内罗毕", "Kenya", "肯尼亚", "a national park at its edge", "城边的国家公园"),
)
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "一": 1,
    "二": 2,
    "三": 3,
    "两": 2,
}
_DIGITS = {
    word: n for n, word in enumerate("zero one two three four five six seven eight nine".split())
}
_SPOKEN = rf"(?:\d|{'|'.join(_DIGITS)})"


def introduce(talk: Talk) -> str | None:
    """One sentence about the script, where one is asked for."""
    if not (talk.mentions(_INTRODUCE) and talk.mentions(_ONE_SENTENCE)):
        return None
    return _introduction(talk)


def again(talk: Talk) -> str | None:
    """The last answer in the other language; without one, an introduction in it."""
    found = talk.mentions(_AGAIN)
    if found is None:
        return None
    chinese = found["en"] == "chinese" if found["en"] else found["zh"] in ("中文", "汉语")
    before = _last_question(talk)
    asked = before or replace(talk, messages=(Message(role="user", text="?"),))
    # What a cached property would find out is said here.
    asked.__dict__["chinese"] = chinese
    if before is not None:
        for answer in _ANSWERS:
            if (text := answer(asked)) is not None:
                return text
    return _introduction(asked)


def travel(talk: Talk) -> str | None:
    """Ideas for a trip, also for the season that a later message names."""
    before = any(re.search(_TRAVEL, said, re.IGNORECASE) for said in talk.earlier)
    season = next((words for each, words in _SEASONS.items() if talk.mentions(each)), None)
    goes_on = season and (before or talk.mentions(r"^and\b|^那|呢？?$"))
    if not (talk.mentions(_TRAVEL) or goes_on) or len(talk.prompt) > 200:
        return None
    english, chinese, ideas, chinese_ideas = season or (
        "a weekend",
        "周末",
        "a walk, a market, a view",
        "散步、逛集市、看风景",
    )
    return talk.says(
        f"For {english}, three ideas from my script: **{ideas}**. I know no timetables and no "
        "prices; a real model, or a tool of yours, may.",
        f"{chinese}可以试试：**{chinese_ideas}**。这是脚本里的建议，我不知道时刻表和价格，真正的模型或你的工具也许知道。",
    )


def cities(talk: Talk) -> str | None:
    """As many cities as are asked for, up to five."""
    asked = talk.mentions(rf"(?:name|list|说出?|列出?|举).{{0,12}}?(?:{_CITIES})")
    if asked is None:
        return None
    number = talk.mentions(rf"\b(\d|{'|'.join(_NUMBERS)})\b|([一二三两])个")
    word = (number[1] or number[2]).lower() if number else "one"
    count = min(len(_CITY_LIST), max(1, int(word) if word.isdigit() else _NUMBERS[word]))
    lines = [
        talk.says(f"- **{city}**, {land}: {why}", f"- **{chinese}**（{its_land}）：{reason}")
        for city, chinese, land, its_land, why, reason in _CITY_LIST[:count]
    ]
    return "\n".join(lines)


def the_sea(talk: Talk) -> str | None:
    """Where the sea begins."""
    if not talk.mentions(r"where does the sea begin|海从哪里开始"):
        return None
    return talk.says(
        "At the line that the highest water leaves on the shore: **below it the sea comes and "
        "goes**, above it the land stays dry.",
        "从岸上最高的水痕开始：**水痕以下，海水来来去去**；水痕以上，陆地是干的。",
    )


def weather(talk: Talk) -> str | None:
    """That a script cannot look out of the window, and how a cell gives it a tool."""
    if not talk.mentions(_WEATHER) or len(talk.prompt) > 80:
        return None
    return talk.says(
        "I cannot look out of the window. Give me a **tool** that can: `%sophchat --tools "
        "get_weather --run-tools …` with a function of yours.",
        "我看不到窗外。可以给我一个**工具**，用你自己的函数："
        "`%sophchat --tools get_weather --run-tools …`。",
    )


def spoken_numbers(talk: Talk) -> str | None:
    """What was understood where only numbers were, as the sandbox's recogniser hears them."""
    words = re.findall(_SPOKEN, talk.prompt, re.IGNORECASE)
    if not words or re.sub(rf"{_SPOKEN}|[\s,.，。、]", "", talk.prompt, flags=re.IGNORECASE):
        return None
    numbers = [int(word) if word.isdigit() else _DIGITS[word.lower()] for word in words]
    said, total = ", ".join(map(str, numbers)), sum(numbers)
    squares = ", ".join(str(number * number) for number in numbers[:10])
    return talk.says(
        f"I heard **{said}**. Together that is {total}. The largest of them is {max(numbers)}, and "
        f"the smallest is {min(numbers)}. Their squares are {squares}. I am a script, and the "
        "sandbox's ears know little more than numbers: say some others, or type *count to 500*, "
        "and break me off whenever you like. With a key, a real model hears whole sentences.",
        f"我听到 **{said}**，加起来是 {total}。其中最大的是 {max(numbers)}，"
        f"最小的是 {min(numbers)}，平方依次是 {squares}。我只是脚本，沙盒几乎只听得懂数字："
        "请再说几个，或者输入*数到 500*，"
        "随时可以打断我。有了密钥，真正的模型能听懂整句话。",
    )


def hello_to(talk: Talk) -> str | None:
    """A greeting, for somebody or for all."""
    found = talk.mentions(r"\bsay (?:hello|hi) to (.{1,60}?)[.!?]*$|向(.{1,30}?)(?:问好|打招呼)")
    if found is None:
        alone = talk.mentions(r"^say (?:hello|hi)[.!?]*$|^(?:打个招呼|问个好)[。！]?$")
        return talk.says("Hello! A good day to you.", "你好！祝你今天愉快。") if alone else None
    who = (found[1] or found[2]).strip()
    return talk.says(f"Hello, {who}! A good day to you.", f"你好，{who}！祝你今天愉快。")


def _introduction(talk: Talk) -> str:
    playing = talk.says(f", here as {talk.played}", f"，在这里扮演 {talk.played}")
    playing = playing if talk.played else ""
    return talk.says(
        f"I am the scripted model of the sandbox on your machine{playing}: without a network or a "
        f"key I answer a few things by rules, {_HOW[talk.place % len(_HOW)][0]}.",
        f"我是你这台机器上沙盒里的脚本模型{playing}：不联网、不需要密钥，按规则回答一些问题，"
        f"{_HOW[talk.place % len(_HOW)][1]}。",
    )


def _last_question(talk: Talk) -> Talk | None:
    """The conversation up to the question before this one; None without such."""
    asked = [number for number, one in enumerate(talk.messages) if one.role == "user"]
    before = talk.messages[: asked[-2] + 1] if len(asked) > 1 else ()
    return replace(talk, messages=before) if before else None


# How it answers; the first where nothing is left to chance.
_HOW = (
    ("the same each time", "每次都一样"),
    ("without a thought of my own", "没有自己的想法"),
    ("as well as rules can", "规则能做到多少就做多少"),
    ("and at once", "而且马上回答"),
    ("and never tire of it", "从不嫌烦"),
)
# What can be said again in another language.
_ANSWERS: tuple[Callable[[Talk], str | None], ...] = (
    introduce,
    maths.calculate,
    cities,
    travel,
    weather,
)
