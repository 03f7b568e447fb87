"""What the reader knows of labels: the words by which it tells one from another."""

from __future__ import annotations

_POSITIVE = """
good great excellent amazing wonderful fantastic superb lovely love loved loves perfect perfectly
best happy pleased satisfied delighted recommend recommended fast quick friendly helpful comfortable
beautiful easy reliable solid sturdy quiet sharp clear works worth enjoy enjoyed nice delicious
brilliant impressed smooth bright crisp
好 很好 不错 棒 优秀 满意 喜欢 推荐 完美 舒服 漂亮 快 值得 方便 清晰 好用 好吃 贴心 惊喜 五星
"""
_NEGATIVE = """
bad poor terrible awful horrible worst hate hated broken broke breaks faulty defective disappointed
disappointing disappointment slow late rude useless waste refund returned cheap flimsy noisy loud
dirty uncomfortable difficult leaks leaked cracked crashed crashes fails failed failure stopped
scratched dies died missing wrong annoying overpriced never dim blurry cold
差 很差 糟糕 坏 失望 不满 退款 退货 慢 难用 难吃 垃圾 破 漏 后悔 贵 粗糙 卡 投诉 一星
"""
_NEUTRAL = """
okay ok average fine acceptable ordinary normal expected so-so mediocre neither mixed standard
一般 还行 普通 还可以 中等 凑合 正常
"""
_SPAM = """
free winner won prize click claim urgent offer cash credit loan bonus discount limited guarantee
congratulations lottery viagra casino 中奖 免费 点击 领取 优惠 贷款 恭喜 限时
"""
_HAM = "meeting tomorrow lunch thanks see attached report project team 会议 明天 附件 谢谢 报告"
_QUESTION = (
    "how what when where why which who can could does is there anyone ? 怎么 如何 什么 吗 ？"
)
_COMPLAINT = f"{_NEGATIVE} complaint complain unacceptable angry unhappy 投诉 气愤"
_PRAISE = f"{_POSITIVE} thank thanks 谢谢 感谢 表扬"
_REFUND = "refund money back return returned reimbursement charged 退款 退货 退钱"
_DELIVERY = """
delivery delivered deliver shipping shipped courier parcel package arrived arrive late tracking
快递 物流 发货 送货 包裹 到货
"""
_BILLING = "bill billing invoice charged charge payment paid price subscription card 账单 发票 扣费"
_TECHNICAL = """
crash crashes crashed error bug install update login password app screen server connection freeze
freezes software 报错 崩溃 登录 密码 软件 闪退 无法
"""
_SPORTS = """
match game team goal goals player players coach league cup season win champion olympic football
tennis basketball 比赛 球队 球员 进球 冠军 联赛 足球 篮球
"""
_POLITICS = """
election government minister president parliament vote voters law policy senate party treaty
选举 政府 总统 议会 投票 法律 政策
"""
_BUSINESS = """
company market shares stock profit profits sales revenue bank investors merger economy quarter
公司 市场 股票 利润 销售 银行 投资 经济
"""
_TECHNOLOGY = """
software computer chip chips phone internet data robot ai algorithm startup app device network
软件 电脑 芯片 手机 互联网 数据 机器人 人工智能
"""
_HEALTH = """
doctor doctors patient patients hospital disease vaccine drug treatment health medical virus
医生 病人 医院 疾病 疫苗 治疗 健康
"""
_SCIENCE = (
    "scientists study researchers research space planet telescope species experiment 科学 研究"
)
_ENTERTAINMENT = "film movie music singer actor album concert series festival 电影 音乐 演员 歌手"
_JOY = f"{_POSITIVE} joy laugh smile glad excited 高兴 开心 快乐"
_ANGER = "angry furious rage mad hate outraged annoyed 生气 愤怒 气死"
_SADNESS = "sad cry cried tears lonely miss lost grief sorry 难过 伤心 哭 失落"
_FEAR = "afraid fear scared terrified worry worried anxious nervous 害怕 担心 恐惧 紧张"
_URGENT = "urgent asap immediately now emergency today critical down 紧急 马上 立刻 尽快"

_ALIKE = {
    "positive": _POSITIVE,
    "pos": _POSITIVE,
    "good": _POSITIVE,
    "正面": _POSITIVE,
    "积极": _POSITIVE,
    "好评": _POSITIVE,
    "正向": _POSITIVE,
    "negative": _NEGATIVE,
    "neg": _NEGATIVE,
    "bad": _NEGATIVE,
    "负面": _NEGATIVE,
    "消极": _NEGATIVE,
    "差评": _NEGATIVE,
    "负向": _NEGATIVE,
    "neutral": _NEUTRAL,
    "mixed": _NEUTRAL,
    "中性": _NEUTRAL,
    "中立": _NEUTRAL,
    "中评": _NEUTRAL,
    "spam": _SPAM,
    "垃圾邮件": _SPAM,
    "ham": _HAM,
    "not spam": _HAM,
    "正常邮件": _HAM,
    "question": _QUESTION,
    "咨询": _QUESTION,
    "complaint": _COMPLAINT,
    "投诉": _COMPLAINT,
    "praise": _PRAISE,
    "compliment": _PRAISE,
    "表扬": _PRAISE,
    "refund": _REFUND,
    "退款": _REFUND,
    "delivery": _DELIVERY,
    "shipping": _DELIVERY,
    "物流": _DELIVERY,
    "billing": _BILLING,
    "payment": _BILLING,
    "账单": _BILLING,
    "technical": _TECHNICAL,
    "bug": _TECHNICAL,
    "tech": _TECHNOLOGY,
    "技术": _TECHNICAL,
    "sports": _SPORTS,
    "sport": _SPORTS,
    "体育": _SPORTS,
    "politics": _POLITICS,
    "政治": _POLITICS,
    "business": _BUSINESS,
    "economy": _BUSINESS,
    "财经": _BUSINESS,
    "technology": _TECHNOLOGY,
    "科技": _TECHNOLOGY,
    "health": _HEALTH,
    "健康": _HEALTH,
    "science": _SCIENCE,
    "科学": _SCIENCE,
    "entertainment": _ENTERTAINMENT,
    "娱乐": _ENTERTAINMENT,
    "joy": _JOY,
    "happy": _JOY,
    "高兴": _JOY,
    "anger": _ANGER,
    "angry": _ANGER,
    "愤怒": _ANGER,
    "sadness": _SADNESS,
    "sad": _SADNESS,
    "悲伤": _SADNESS,
    "fear": _FEAR,
    "恐惧": _FEAR,
    "urgent": _URGENT,
    "紧急": _URGENT,
}
WORDS = {label: tuple(words.split()) for label, words in _ALIKE.items()}
# What is left where no word of another label is found.
REST = """
neutral mixed other others none unknown unclear general normal ham 中性 中立 中评 其他 其它 未知 无
""".split()
OPPOSITES = (_POSITIVE.split(), _NEGATIVE.split())
NEGATIONS = {"not", "no", "never", "isn't", "wasn't", "don't", "didn't", "doesn't", "hardly"}
NEGATIONS |= {"cannot", "can't", "won't", "without", "不", "没", "没有"}

PRODUCTS = """
headphones earphones earbuds laptop phone charger cable keyboard mouse monitor screen camera lens
tablet printer router speaker watch kettle toaster blender vacuum fridge oven lamp chair desk sofa
mattress pillow blanket jacket coat shirt dress shoes boots bag backpack umbrella bottle mug knife
pan book toy bike tent stroller razor brush battery drone microphone heater fan
耳机 手机 电脑 充电器 键盘 鼠标 显示器 相机 平板 打印机 音箱 手表 水壶 吹风机 吸尘器 冰箱 台灯 椅子
沙发 床垫 枕头 外套 衬衫 裙子 鞋 靴子 背包 雨伞 水杯 锅 书 玩具 自行车 帐篷 电池
""".split()
COLORS = "black white red blue green yellow grey gray silver gold pink brown orange purple".split()
COLORS += "黑色 白色 红色 蓝色 绿色 黄色 灰色 银色 金色 粉色".split()
CITIES = """
London Paris Berlin Rome Madrid Vienna Oslo Tokyo Beijing Shanghai Shenzhen Guangzhou Hangzhou
Chengdu York Boston Chicago Seattle Sydney Toronto Singapore 北京 上海 深圳 广州 杭州 成都 武汉 西安
""".split()
COUNTRIES = (
    "China France Germany Italy Spain Japan Norway Canada Australia England 中国 法国 德国 日本"
)
CITIES_AND_COUNTRIES = {"city": CITIES, "country": COUNTRIES.split()}
