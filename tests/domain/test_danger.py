from __future__ import annotations

import pytest

from domain.danger import in_danger

PRESENT = """着火了！快来人
我家楼下着火了，烟很大
２楼起火了
隔壁煤气泄漏，味道很重
闻到一股天然气味
小区天然气漏气没人管
电梯里困了一个老人
我被困在电梯里了
有人被困电梯，按铃没人应
工地上有人被埋
墙要塌了，里面还有人
电线掉下来有人触电
孩子掉进井里了
有人溺水
救命
救救我，他要打死我
我老公正在打我
被人打了，头破血流
隔壁在打孩子，哭得很惨
有人拿刀在楼下
流血了，快来
老人昏倒在路边
我爸喝农药了
昨天着火了，现在又着火了
去年投诉过没人理，现在楼上着火了
去年就投诉过，楼上又着火了
社会车辆着火了
这次着火了没有人管
Last week I complained about the wires. Now the house is on fire.
There is a fire in our building
My neighbour's house is on fire
I smell gas in the hallway
Gas leak at 5 Main Street!
someone is trapped in the elevator
a child is drowning in the river
he is beating me
My mother is bleeding and unconscious
they have just been attacked, please come"""

DESPAIR = """我不想活了
我想自杀
去年就想自杀，一直没人管
再不解决我就跳楼
有人要跳楼
I want to kill myself
I don’t want to live any more
if nothing happens I am going to end my life"""

HARMLESS = """
消防通道堵塞
灭火器过期了
火车站附近黑车很多
楼下火锅店油烟大
生意火爆，油烟扰民
物业经理发火了
热水器打不着火
门口垃圾堆了一周
燃气报警器坏了
煤气费太贵
暖气漏气
办事时被打断，被打扰
停车被困扰
跳楼价甩卖噪音扰民
救命钱被克扣
落水管堵了
防溺水宣传不到位
工资太低，喘不过气
小区树木被砍伐
打我电话没人接
请马上处理
Fire hydrant is leaking
fire escape is blocked
the fire alarm is broken
I was fired last week
trapped heat in the classroom
Illegal fireworks
firetrap regulations are ignored"""

FEARED = """车棚私拉电线，容易引发火灾
担心着火
如果着火了消防车进不来
通道这么窄，着火了怎么办
存在火灾隐患
这样下去会着火的
乱接电线可能触电
If there is a fire nobody gets out
blocked exits could cause a fire"""

PAST = """去年着火了，赔偿没有下文
2023年5月楼下着火，物业至今不赔
三年前以前被打伤过
My neighbour was attacked last year
there was an explosion in 2019"""


@pytest.mark.parametrize("text", PRESENT.splitlines())
def test_present_danger_is_recognised(text: str):
    assert in_danger(text)


@pytest.mark.parametrize("text", DESPAIR.splitlines())
def test_a_wish_to_die_is_recognised_in_any_tense(text: str):
    assert in_danger(text)


@pytest.mark.parametrize("text", HARMLESS.splitlines())
def test_a_thing_or_a_turn_of_speech_is_no_danger(text: str):
    assert not in_danger(text)


@pytest.mark.parametrize("text", FEARED.splitlines())
def test_a_fear_or_a_condition_is_no_danger(text: str):
    assert not in_danger(text)


@pytest.mark.parametrize("text", PAST.splitlines())
def test_what_is_past_is_no_danger(text: str):
    assert not in_danger(text)


def test_danger_is_found_in_any_sentence_of_a_long_message():
    assert in_danger("门口堆着垃圾。" * 500 + "去年投诉过。楼上着火了。" + "路灯不亮。" * 500)


@pytest.mark.parametrize("piece", ["着火", "如果着火", "去年着火，", "电梯", "房", "闻到", "a ", "垃圾没人管。", "小心火灾，"])
@pytest.mark.timeout(60)  # a fraction of a second; a slip into quadratic time takes minutes
def test_a_very_long_message_is_read_in_linear_time(piece: str):
    text = piece * (100_000 // len(piece))
    assert isinstance(in_danger(text), bool)
