from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.numbers import case_number, receipt_code, show_code
from domain.privacy import Found, Kind, mask, restore

PHONE, IDENTITY, PLATE, EMAIL, NUMBER, ACCOUNT, DOOR = (
    "〔电话〕",
    "〔证件号〕",
    "〔车牌〕",
    "〔邮箱〕",
    "〔号码〕",
    "〔账号〕",
    "〔门牌〕",
)


@pytest.mark.parametrize(
    "phone",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "1380-013-8000",
        "138 00 13 80 00",
        "1 3 8 0 0 1 3 8 0 0 0",
        "１３８００１３８０００",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "138\u200b0013\u200b8000",
        "+86 138 0013 8000",
        "＋86-13800138000",
        "008613800138000",
        "一三八零零一三八零零零",
        "0971-6123456",
        "(0971) 6123456",
        "（0971）612 3456",
        "09716123456",
        "010-61234567-802",
        "025 8123 4567 转 12",
        "+852 9123 4567",
        "+44 20 7946 0123",
        "138/0013/8000",
        "138，0013，8000",
        "138、0013、8000",
        "138*0013*8000",
        "138 00138 000",
        "138 00 13 8000",
        "138/00138000",
        "138\n00138000",
        "138\n0013\n8000",
        "1380013\n8000",
        "1、3、8、0、0、1、3、8、0、0、0",
        "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
        "壹叁捌零零壹叁捌零零零",
        "幺三八 零零一三 八零零零",
        "一三八-零零一三-八零零零",
        "138零零一三8000",
    ],
)
def test_a_phone_beside_hanzi_or_letters_is_masked_however_it_is_written(phone: str):
    assert mask(f"请打{phone}找我").text == f"请打{PHONE}找我"
    assert mask(f"tel{phone}。Call it").text == f"tel{PHONE}。Call it"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("家里电话6123456晚上打", f"家里电话{PHONE}晚上打"),
        ("座机：8123 4567", f"座机：{PHONE}"),
        ("请打6123456找老王，或拨 8123-4567", f"请打{PHONE}找老王，或拨 {PHONE}"),
        ("有事联系61234567", f"有事联系{PHONE}"),
        ("住城西区虎台小区3号楼2单元501室", f"住城西区虎台小区3号楼2单元{DOOR}"),
        ("家住3-2-1802，暖气不热", f"家住3-2-{DOOR}，暖气不热"),
        ("我是虎台小区五栋一单元702的住户", f"我是虎台小区五栋一单元{DOOR}的住户"),
        ("我住3号楼501，楼上601室漏水", f"我住3号楼{DOOR}，楼上601室漏水"),
        ("身份证号630102199001011234。", f"身份证号{IDENTITY}。"),
        ("身份证63010219900101123x", f"身份证{IDENTITY}"),
        ("６３０１０２ １９９００１０１ １２３Ｘ", IDENTITY),
        ("旧证630102900101123", f"旧证{IDENTITY}"),
        ("护照号码：E12345678", f"护照号码：{IDENTITY}"),
        ("车牌青A12345停在门口", f"车牌{PLATE}停在门口"),
        ("青ａ·D1234挡路", f"{PLATE}挡路"),
        ("新能源车青AD12345", f"新能源车{PLATE}"),
        ("教练车青A1234学", f"教练车{PLATE}"),
        ("邮箱wang.xm+1@mail.example.com谢谢", f"邮箱{EMAIL}谢谢"),
        ("13800138000＠example．com", EMAIL),
        ("卡号6222 0212 3456 7890 123", f"卡号{NUMBER}"),
        ("账户6222021234567890123", f"账户{NUMBER}"),
        ("622202 1234567890123", NUMBER),
        ("20261122042178不是案号", f"{NUMBER}不是案号"),
        ("户号12345678901", f"户号{NUMBER}"),
        ("微信号zhangsan_88，加我", f"微信号{ACCOUNT}，加我"),
        ("微信：ZhangSanFeng", f"微信：{ACCOUNT}"),
        ("My WeChat is zhang_88 now", f"My WeChat is {ACCOUNT} now"),
        ("wechat id: zhangsan", f"wechat id: {ACCOUNT}"),
        ("加vx abc123456吧", f"加vx {ACCOUNT}吧"),
        ("QQ12345678", f"QQ{ACCOUNT}"),
        ("QQ号：1234567", f"QQ号：{ACCOUNT}"),
        ("找@zhang_san88就行", f"找{ACCOUNT}就行"),
        ("电话：\n6123456", f"电话：\n{PHONE}"),
        ("住8#1203，楼上漏水", f"住8#{DOOR}，楼上漏水"),
        ("我们家501漏水", f"我们家{DOOR}漏水"),
        ("本户1203室没有暖气", f"本户{DOOR}没有暖气"),
        ("我家门牌号12号", f"我家门牌号{DOOR}"),
        ("军官证 南字第12345678号", f"军官证 南字第{IDENTITY}号"),
        ("卡号62220212 34567890", f"卡号{NUMBER}"),
        ("账号：62220212", f"账号：{NUMBER}"),
        ("青 A 12345停在门口", f"{PLATE}停在门口"),
        ("车牌A12345", f"车牌{PLATE}"),
        ("WJ青12345", PLATE),
        ("微信zhangsan，加我", f"微信{ACCOUNT}，加我"),
        ("微信 zhangsan", f"微信 {ACCOUNT}"),
        ("加我v：abc12345", f"加我v：{ACCOUNT}"),
        ("加我薇 abc12345", f"加我薇 {ACCOUNT}"),
        ("q q 12345678", f"q q {ACCOUNT}"),
        ("扣12345678", f"扣{ACCOUNT}"),
        ("企鹅号 12345678", f"企鹅号 {ACCOUNT}"),
        ("13800138000或13900139000、0971-6123456", f"{PHONE}或{PHONE}、{PHONE}"),
    ],
)
def test_personal_data_is_replaced_by_what_it_was(text: str, masked: str):
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "门口垃圾堆了一周，没有人管。",
        "2026年11月22日、2026-11-22 18:00、2026.11.22、20261122",
        "二〇二六年十一月二十二日",
        "12号楼3单元401，12-3-401，3-2-1802",
        "住建局反映3号楼2单元501漏水，住户投诉5栋302，自入住以来深受本栋125室严重困扰，住院部3楼302",
        "我是3号楼2022年的业主，住了3层1000平",
        "打10000000元到卡上，打2026年的电话，拨打12345678次",
        "罚款52842.30元，共1,234,567元，合计12345678元，预算100000000000元",
        "拨打12345、110、119、120、12315、96111、95588、400-820-8820都没用",
        "打电话12345没人接，电话20260101打过",
        "2019 2020 2021 2022年都投诉过",
        "2019-2020年，1500-2000元，8:00-12:00",
        "北纬36.617144，东经101.778228",
        "微信公众号、微信小程序、QQ群都不能用",
        "WeChat payment failed, my wechat is broken",
        "川A座12楼，新B区",
        "我是高中生，我是党员，我是马路对面的，我是农民，我是业主",
        "本人马上去，日本人，基本人群，本人在场",
        "我叫车去医院，我叫张师傅来修，我叫了三次物业",
        "联系人信息不全，投诉人任何要求，举报人向法院起诉",
        "被举报人：张三丰",
        "我是王小明的邻居",
        "My name is not important. I am Chinese.",
        "130、1401、1402号门口，150/1200/3000元，135、2018、2019年，1500、1800、200元，13000-200000元",
        "139路、1路，第1、3、4、5、6、7、8、9、10条，第一百三十九条，一三五单号，二〇一九年三月一日",
        "138，20260101到期，138\n20260101",
        "我家2009年建的，110平，我家1200元，我家101号楼下，我家112路，我家120急救，我们家300人，我家220伏",
        "我家门牌号12号楼下，8#楼的垃圾，住户反映8#1203漏水",
        "账户20260512转出，账号2026-05-12注册，账户12345678元",
        "车牌号是12345，车牌A12，车牌为黄色",
        "扣1234567元，扣1234567.50元，扣12分，克扣25842.30元",
        "微信payment，微信APP，微信 official account，加vip，加微信群",
        "我叫外卖，我叫救护车，我叫滴滴，我叫物业的人来",
        "严重投诉，周边投诉，高层反映，江苏反映，金城反映，陈女士反映，多次反映",
        "小区名字：金谷豪庭，我是高中生的家长，我是石家庄的女儿",
    ],
)
def test_what_is_not_personal_stays(text: str):
    assert mask(text).text == text


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 99_999))
def test_our_own_case_numbers_stay(day: date, random: int):
    number = case_number(day, random)
    text = f"案件{number}和{number.replace('-', '')}，{number.replace('-', ' ')}"
    assert mask(text).text == text


@given(st.integers(10**15, 10**16 - 1))
def test_a_receipts_secret_code_is_masked(random: int):
    code = receipt_code(random)
    assert code not in mask(f"查询码{code}").text
    assert show_code(code) not in mask(f"查询码{show_code(code)}").text or show_code(code)[:2] in {"19", "20"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫王小明，住城东区", "我叫王**，住城东区"),
        ("我叫王伟住在城东区", "我叫王**住在城东区"),
        ("我叫 王 秀 英", "我叫 王**"),
        ("姓名：王　秀　英 电话", "姓名：王** 电话"),
        ("我叫 王 伟 住在城东区，王伟很生气", "我叫 王** 住在城东区，王**很生气"),
        ("我是3号楼2单元501的李建国", "我是3号楼2单元〔门牌〕的李**"),
        ("孩子叫陈小明", "孩子叫陈**"),
        ("我家娃的名字叫李浩然在读三年级", "我家娃的名字叫李**在读三年级"),
        ("我叫做欧阳小明", "我叫做欧阳**"),
        ("我的名字是马志强。", "我的名字是马**。"),
        ("本人黄雷，住城西区", "本人黄**，住城西区"),
        ("我是马志强，门口没灯", "我是马**，门口没灯"),
        ("姓名：王小明 联系人:李红", "姓名：王** 联系人:李**"),
        ("姓　名：王小明", "姓　名：王**"),
        ("姓名：单雄信", "姓名：〔姓名〕"),
        ("我叫扎西才让，", "我叫〔姓名〕，"),
        ("我叫买买提·吐尔逊，", "我叫〔姓名〕，"),
        ("我叫阿依古丽", "我叫〔姓名〕"),
        ("我叫古丽娜扎尔，", "我叫〔姓名〕，"),
        ("我叫拉毛才吉，", "我叫〔姓名〕，"),
        ("我是藏族，叫拉毛", "我是藏族，叫〔姓名〕"),
        ("我的名字叫做马海龙", "我的名字叫做马**"),
        ("名字：马海龙", "名字：马**"),
        ("我叫马 海龙", "我叫马**"),
        ("我叫Ma Hailong，", "我叫〔姓名〕，"),
        ("张伟反映：路灯不亮", "张**反映：路灯不亮"),
        ("请尽快处理\n——张伟", "请尽快处理\n——张**"),
        ("My name is John Smith and I live here", "My name is 〔姓名〕 and I live here"),
        ("Name: Zhang Wei", "Name: 〔姓名〕"),
    ],
)
def test_a_name_that_is_said_to_be_one_keeps_its_surname_only(text: str, masked: str):
    assert mask(text).text == masked


def test_a_name_found_once_is_masked_everywhere():
    assert mask("王小明来过。我叫王小明，王小明说了三次").text == "王**来过。我叫王**，王**说了三次"


def test_a_name_whose_end_is_unclear_is_masked_in_both_readings():
    assert mask("我叫王伟昨天去过，王伟很生气").text == "我叫王**天去过，王**很生气"


def test_the_reporters_own_name_is_masked_with_its_given_name_alone():
    masked = mask("小明和王小明在门口，WEI也在，weight不变", names=["王小明", "Wei"])
    assert masked.text == "〔姓名〕和王**在门口，〔姓名〕也在，weight不变"


def test_a_name_of_one_character_or_of_signs_masks_nothing():
    assert mask("王者归来 ** 🙂", names=["王", "**", "🙂", ""]).text == "王者归来 ** 🙂"


def test_words_that_the_citizen_wants_covered_are_covered():
    assert mask("我在红星理发店上班，ＡＢＣ公司", cover=["红星理发店", "abc", ""]).text == "我在〔已遮盖〕上班，〔已遮盖〕公司"


def test_a_covered_word_inside_a_name_or_number_leaves_no_half_of_it():
    assert mask("我叫王小明，13800138000", cover=["王", "138"]).text == "我叫〔已遮盖〕，〔已遮盖〕"


def test_nothing_inside_a_placeholder_is_found():
    text = "〔车牌〕王小明〔姓名〕李红〔已遮盖〕"
    assert mask(text, cover=["车牌", "名", "盖"]).text == text


def test_what_was_found_is_told_with_its_place_in_the_original():
    assert mask("我叫王小明，电话１３８００１３８０００").found == (
        Found(kind=Kind.NAME, start=2, original="王小明"),
        Found(kind=Kind.PHONE, start=8, original="１３８００１３８０００"),
    )


def test_the_rest_of_the_text_stays_as_it_was_written():
    assert mask("ＡＢＣ①：13800138000…İstanbul ﬁn").text == f"ＡＢＣ①：{PHONE}…İstanbul ﬁn"


PIECES = [
    *(
        "我叫",
        "我是",
        "孩子叫",
        "住",
        "3号楼2单元",
        "501室",
        "的",
        "打",
        "本人",
        "姓名",
        "联系人：",
        "王",
        "小明",
        "王小明",
        "欧阳",
        "张",
        "在",
        "扎西",
        "My name is ",
        "John",
        "王**",
    ),
    *("13800138000", "138", "0013", "8000", "1", "20", "20261122", "04217", "9", "86", "0971", "６１２", "630102199001011234"),
    *("一三八零零一三八零零零", "X", "青A", "12345", "@", "a.b", "qq", "微信号", "wx", "abc_1", "电话", "元", "İ", "〔电话〕"),
    *("幺三八", "1️⃣", "零零", "我家501", "车牌", "加我v", "扣", "——张伟", "反映", "阿依古丽", "我爸王", "、", "/"),
    *("+", "-", " ", ".", "(", ")", "：", "，", "。", "*", "**", "〔", "〕", "·", "\n", "|"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30)
words = st.lists(st.sampled_from([*PIECES, "王小", "〔王", "明*"]), max_size=3)


@settings(max_examples=600)
@given(texts, words, words)
def test_masking_a_masked_text_changes_nothing(text: str, names: list[str], cover: list[str]):
    masked = mask(text, names=names, cover=cover).text
    assert mask(masked, names=names, cover=cover).text == masked


@settings(max_examples=300)
@given(texts, words, words)
def test_found_pieces_put_back_give_the_original(text: str, names: list[str], cover: list[str]):
    masked = mask(text, names=names, cover=cover)
    assert all(text[one.start :].startswith(one.original) for one in masked.found)
    assert restore(masked) == text


@pytest.mark.parametrize(
    "piece",
    [
        "垃圾没有人管，希望尽快处理。",
        "1 ",
        "1-",
        "12",
        "1 3 ",
        "86",
        "+1",
        "a",
        "a.",
        "a@",
        "王",
        "我叫",
        "微信",
        "wx:",
        "青A1234",
        "我叫王伟，",
        "（0",
        "我是",
        "住在3楼",
        "孩子叫",
        "我叫 王 ",
        "139/",
        "1、",
        "/ ",
        "1\n",
        "一三九",
        "我叫阿依",
        "我爸王",
        "我是班",
        "我家1",
        "账号1 ",
        "加我v",
        "——王",
        "。王小",
        "1234",
        "我是1",
        "I am A",
        "\n王小明",
        "i live in ",
        "〔电话〕王",
    ],
)
@pytest.mark.timeout(60)  # a fraction of a second; a slip into quadratic time takes minutes
def test_a_very_long_text_is_masked_in_linear_time(piece: str):
    text = piece * (100_000 // len(piece))
    assert len(mask(text).text) > 0
