"""What is found in texts of generated persons, and what is left alone in numbers of orders."""

from __future__ import annotations

import random

import pytest

from sophnet_jupyter.masking.kinds import find
from sophnet_jupyter.masking.numbers import is_card, is_identity

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PLACES = ("110101", "310104", "440305", "510107", "620102", "830000", "650102")
MOBILES = "130 138 139 147 150 151 155 159 166 170 176 180 188 189 191 198 199".split()
PROVINCES = "京沪粤川浙苏陕新藏"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def identity(chance: random.Random) -> str:
    day = f"{chance.randint(1940, 2009)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"{chance.choice(PLACES)}{day}{chance.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def luhn(body: str) -> str:
    """The digits with the one that makes them right."""
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def card(chance: random.Random) -> str:
    start, length = chance.choice([("62", 16), ("622", 19), ("621", 19), ("4", 16), ("53", 16)])
    body = start + "".join(str(chance.randint(0, 9)) for _ in range(length - len(start) - 1))
    number = luhn(body)
    spaced = " ".join(number[at : at + 4] for at in range(0, length, 4))
    return chance.choice([number, spaced, spaced.replace(" ", "-")])


def mobile(chance: random.Random) -> str:
    number = chance.choice(MOBILES) + f"{chance.randint(0, 99999999):08}"
    forms = ["{}", "+86 {}", "+86{}", "0086 {}", "86{}"]
    parted = f"{number[:3]}{{0}}{number[3:7]}{{0}}{number[7:]}"
    bare = chance.choice([number, parted.format("-"), parted.format(" ")])
    return chance.choice(forms).format(bare)


def email(chance: random.Random) -> str:
    names = ("li.wei", "zhang_3", "a", "wang+news", "Ana-Maria", "x9")
    hosts = ("example.com", "mail.example.com.cn", "qq.com", "a-b.org", "uni.edu.cn")
    return f"{chance.choice(names)}@{chance.choice(hosts)}"


def plate(chance: random.Random) -> str:
    head = chance.choice(PROVINCES) + chance.choice(LETTERS)
    digits = f"{chance.randint(0, 99999):05}"
    forms = [digits, f"{chance.choice(LETTERS)}{digits[1:]}", f"D{digits}", f"{digits}F"]
    return head + chance.choice(["", "·", " "]) + chance.choice(forms)


MAKERS = {"ID": identity, "CARD": card, "MOBILE": mobile, "EMAIL": email, "PLATE": plate}
TEXTS = (
    "王小明，手机{MOBILE}，身份证号{ID}，邮箱{EMAIL}，银行卡{CARD}，车牌{PLATE}。",
    "Name: Ana\nphone: {MOBILE}\nid: {ID}\nmail: <{EMAIL}>\ncard: {CARD}\nplate: {PLATE}\n",
    '{{"phone": "{MOBILE}", "id": "{ID}", "mail": "{EMAIL}", "card": "{CARD}", "p": "{PLATE}"}}',
    "电话：{MOBILE}/邮件({EMAIL})、卡号={CARD}；证件 {ID}；车 {PLATE}停在门口",
    "发票抬头联系人 {MOBILE}, 订单问题请写 {EMAIL}. 付款卡 {CARD}, {ID}, 车牌号{PLATE}",
)


def test_all_data_of_two_thousand_persons_is_found_and_nothing_else() -> None:
    chance = random.Random(7)
    for number in range(2_000):
        person = {word: make(chance) for word, make in MAKERS.items()}
        text = TEXTS[number % len(TEXTS)].format(**person)
        found = {each.kind.word: text[each.begin : each.end] for each in find(text)}
        assert found == person, text
        assert len(find(text)) == len(person), text


def orders(chance: random.Random, count: int) -> list[str]:
    """Numbers as shops write them: with a day, a letter, a word before them, or a bare count."""

    def digits(many: int) -> str:
        return "".join(str(chance.randint(0, 9)) for _ in range(many))

    def day() -> str:
        return f"20{chance.randint(20, 29)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"

    forms = [
        lambda: f"{day()}{digits(8)}",
        lambda: f"{day()}{digits(10)}",
        lambda: f"{day()}{digits(11)}",
        lambda: f"SO-{digits(11)}",
        lambda: f"JD{digits(16)}",
        lambda: f"订单号：{digits(11)}",
        lambda: f"订单编号 {digits(16)}",
        lambda: f"运单号{digits(13)}",
        lambda: f"Order #{digits(11)}",
        lambda: f"order_id: {digits(16)}",
        lambda: f"invoice no. {digits(19)}",
        lambda: f"{digits(3)}-{digits(7)}-{digits(7)}",
        lambda: f"1{digits(9)}",
        lambda: f"1Z{digits(16)}",
        lambda: digits(12),
        lambda: f"{day()}-{digits(6)}",
    ]
    return [chance.choice(forms)() for _ in range(count)]


def test_none_of_ten_thousand_numbers_of_orders_is_taken_for_a_persons() -> None:
    for number in orders(random.Random(11), 10_000):
        for text in (number, f"Where is {number}?", f"请查询 {number} 的物流"):
            assert find(text) == [], text


@pytest.mark.parametrize(
    "text",
    [
        "11010119900307771",
        "110101199013077715",
        "6222021234567890127",
        "0000 0000 0000 0000",
        "version 1.13812345678",
        "a13812345678b",
        "12912345678",
        "x@localhost",
        "@handle",
        "京A1234",
        "新ABCDEF",
        "2026-11-30 18:00:00",
        "https://example.com/2026/1130",
        "192.168.13.254",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_a_check_digit_that_is_wrong_makes_it_no_number_of_a_person() -> None:
    chance = random.Random(3)
    for _ in range(200):
        number = identity(chance)
        others = [digit for digit in "0123456789X" if digit != number[-1]]
        assert is_identity(number)
        assert not any(is_identity(number[:-1] + digit) for digit in others)
        good = luhn("62220" + f"{chance.randint(0, 10**13 - 1):013}")
        assert is_card(good)
        assert not is_card(good[:-1] + str((int(good[-1]) + 1) % 10))


def test_digits_of_full_width_count_too() -> None:
    (found,) = find("电话１３８１２３４５６７８。")
    assert (found.kind.word, found.value) == ("MOBILE", "13812345678")


def test_two_ways_to_write_a_value_are_one_value() -> None:
    values = {each.value for each in find("138-1234-5678, +86 138 1234 5678; 13812345678")}
    assert values == {"13812345678"}


@pytest.mark.parametrize(
    "text", ["1" * 400_000, "a." * 200_000 + "@", "京A" * 200_000, "1 " * 200_000, "订单" * 200_000]
)
def test_a_text_made_to_be_searched_forever_is_searched_to_its_end(text: str) -> None:
    # One step for each pair of its letters would not end while a run of the tests lasts.
    assert find(text) == []
