"""Invented names: lanes that name grids, people, buildings; and short names of communities."""

from functools import cache

from gisgrid.sample.chance import Dice

LANES = (
    "文昌巷 吉祥巷 桂花巷 柳堤巷 书院巷 月亮塘 石板巷 银杏路 新风里 和顺里 香樟路 工农巷 槐荫巷 "
    "翠竹巷 杏坛巷 同心路 荷叶塘 向阳里 胜利巷 康乐路 古樟下 望云巷 清泉里 兰亭巷 红光路 育英巷 "
    "永安里 锦春巷 映山路 听雨巷 聚贤里 青砖巷 团结路 明月里 长青巷 梧桐路 幸和里 三槐堂 春晖路"
).split()
HAMLETS = (
    "上屋 下屋 塘边 老屋里 枫树下 坳上 井边 祠堂背 大路边 茶山口 樟树湾 石桥头 竹山下 新屋里 "
    "对门岭 水口边 田心 山背 桐树坡 油榨下 凉亭边 河背 窑坡 洲上 长塘 横岭 松树坪 杨柳冲 "
    "岭脚 大屋场 桥东 柿子坪 黄土坡 莲塘 早禾冲 瓦屋里 鲤鱼塘 观音坳"
).split()
ORANGE_LANES = ["柑园巷", "爱群巷", "幸福巷"]

SURNAMES = "李王张刘陈杨黄周吴徐彭邓何曾罗钟谢易文欧阳肖贺荣赖甘颜姚林汤喻段朱廖柳施廉洪沈"
GIVEN = (
    "秀兰 志强 建华 小梅 国庆 丽萍 文斌 春生 桂英 海燕 明辉 雪琴 永红 家豪 晓燕 德林 冬梅 金华 "
    "立群 素珍 宏伟 玉莲 振东 美玲 学文 凤英 光明 艳红 新民 菊香 俊杰 慧敏 启航 思源 子涵 一帆 "
    "婷婷 佳怡 博文 欣然 宇轩 雨晴 浩然 静怡 云飞 清扬 若兰 景行 怀远 知秋 "
    "建平 翠萍 志明 水根 金秀 长根 福生 月娥 爱民 成林 小红 若溪"
).split()


@cache
def grid_names(community: str) -> list[str]:
    """Names for the grids of a community, by sequence number; the same every time."""
    pool = LANES if community[9] == "0" else HAMLETS
    names = Dice(f"lanes-{community}").shuffled(pool)
    if community == "360302004010":
        names = [*ORANGE_LANES, *names]
    return [f"{name}网格" for name in names]


def short_name(official: str) -> str:
    """张家大屋居委会 is spoken of as 张家大屋社区, 东星村委会 as 东星村."""
    for ending, spoken in (("社区居委会", "社区"), ("居委会", "社区"), ("村村委会", "村"), ("村委会", "村")):
        if official.endswith(ending):
            return official[: -len(ending)] + spoken
    return official


class People:
    """Invented people: no name twice while names last."""

    def __init__(self, seed: str, exchange: int = 0) -> None:
        surnames = [s for s in SURNAMES.replace("欧阳", "") if s.strip()] + ["欧阳"]
        self._names = Dice(seed).shuffled([s + g for s in surnames for g in GIVEN])
        self._next = 0
        self._exchange = exchange

    def next_person(self) -> tuple[str, str]:
        """A name and a telephone number that nobody has (000-nnnn-nnnn)."""
        name = self._names[self._next % len(self._names)]
        self._next += 1
        return name, f"000-{self._exchange:04d}-{self._next % 10000:04d}"
