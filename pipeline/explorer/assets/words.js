// The page's own words, and names of codes in the language chosen.

const WORDS = {
  en: {
    comma: ", ", colon: ": ", axis: "The axis need not begin at 0.",
    overview: "Overview", indicators: "Indicators", table: "Table", quality: "Quality", skip: "Skip to the content",
    toDark: "Dark", toLight: "Light", other: "中文", views: "Views", bulletin: "Bulletin",
    glance: (where, when) => `${where}, ${when}, at a glance`,
    glanceLead: "Each figure is what was printed, with the interval that its print allows. Choose one to see where it stands and how it compares.",
    committed: "What has been promised", committedLead: (n) => `${n} commitments, those with a due date first.`,
    due: "Due", noDate: "No date printed", map: "Actions by city", mapLead: "A schematic map of Jiangsu's 13 cities. Choose a city to read what it did.",
    actionsOf: (where, n) => `${where}: ${n === 1 ? "1 action" : n + " actions"}`, noActions: "The bulletins name no action of this city.",
    provinceWide: "province-wide", action: "Action", theme: "Theme", status: "Status", area: "Area", target: "Target",
    planned: "planned", launched: "launched", under_way: "under way", completed: "completed",
    find: "Find an indicator", findHint: "English, Chinese or code", indicatorsFound: (n) => `${n} indicators`, figuresCount: (n) => n === 1 ? "1 figure" : `${n} figures`,
    name: "Name", definition: "Definition", definedBy: "Defined by", unit: "Unit", nature: "Nature", code: "Code",
    stock: "stock: holds at a day", flow: "flow: counted over a period", change: "change", ratio: "ratio", standard: "standard: an amount set", targetNature: "target",
    figure: "Figure", howMany: "How many", exact: "How exact", printed: "As printed", where: "Where printed", evidence: "Evidence", compared: "Beside the whole",
    exactly: "Exact: a bare count.", between: (low, high) => `Between ${low} and ${high}`, halfWidth: (half, share) => `± ${half} (${share})`,
    atLeast: (low) => `At least ${low}; no upper bound.`, atMost: (high) => `At most ${high}; no lower bound.`, noBound: "No bound.",
    verified: "verified", keyed: "keyed", verifiedLong: "A machine has compared it with the source's text.", keyedLong: "A person typed it; no machine has compared it with a text.",
    paragraph: (n) => `paragraph ${n}`, characters: (a, b) => `characters ${a}–${b}`, noPlace: "The source's text is not held, so there is no position.",
    besideSame: (share, value) => `${share} of its ${value}.`,
    besideApart: (value, period, days) => `${value} (${period}, ${days} days apart). Stocks of different days are not divided.`,
    perResidents: (here, there, whole) => `For 10,000 residents: ${here} here, ${there} in ${whole}.`,
    besideNone: "No figure of a larger area is known near this day.",
    series: "Series", which: "Series shown", seriesNote: "Whiskers show the interval that each print allows; the line breaks where a period has no figure. The axis need not begin at 0.",
    seriesOne: "Only one figure of this series is known, so there is no chart.",
    areasTitle: "Comparison between areas", areasRate: "For 10,000 residents of each area", areasValue: "The same concept in each area",
    partsTitle: "Parts and wholes", part: "Part", whole: "Whole", relation: "Relation", partNames: { sum: "adds up with others to", subset: "is part of", addition: "entered", shares: "are shares of" }, 
    byParts: (kind, along, codes) => along === "ref_area" ? (kind === "sum" ? "The figures of the areas within one add up to its own." : "No area's figure exceeds that of the area it lies in.")
      : `By ${along.replace("_", " ")}: ${codes} ${kind === "shares" ? "make 100 %" : kind === "sum" ? "add up to the total" : "are no more than the total"}.`,
    derivedTitle: "Derived values", formula: "Formula", value: "Value", interval: "Interval", from: "From",
    checksTitle: "Published against computed", check: "Check", claimed: "Printed", computed: "From other figures", agrees: "Agrees", yes: "yes", no: "no",
    changeTitle: "Change on a year earlier", measure: "Measure", growthWord: "growth, %", changeWord: "change", publishedWord: "Published", computedWord: "Computed",
    revisionsTitle: "Revisions", counts: "counts", difference: "Difference", reason: "Reason",
    evidenceTitle: "Every figure and its evidence", period: "Period", breakdown: "Of whom", source: "Source", place: "Place", note: "Note", total: "all", id: "Figure",
    tableLead: (n) => `All ${n} figures. Search in English, Chinese or by code; what you see can be copied or asked for in DuckDB.`,
    search: "Search", all: "all", shown: (n, all) => `${n} of ${all} figures`, copyCsv: "Copy as CSV", copyMarkdown: "Copy as Markdown", copySql: "Copy SQL", copied: (what) => `${what} copied`, notCopied: "The browser refused to copy",
    sql: "The same rows in DuckDB", sqlLead: "For minsheng query, or curated/minsheng.duckdb.", download: "Download", built: "The files this page was built from:",
    previous: "Previous", next: "Next", pageOf: (n, all) => `Page ${n} of ${all}`, none: "Nothing matches. Take a filter away.", clear: "Clear filters",
    qualityLead: "What has been checked, what contradicts, and which errors of keying would be found.",
    accounted: "Every numeral accounted for", accountedLead: "Of a text that is held, each numeral is a figure, is passed over for a reason, or is a time; an audit refuses any other. Of a source whose text nobody holds, only its figures are known.",
    verifiedHead: "Verified", keyedHead: "Keyed", passedHead: "Passed over", textHead: "Text", held: "held, audited", notHeld: "not held",
    evidenceLevels: "Evidence", checksPicture: "Totals against the sums of their parts", checksPictureLead: "Each grey band is the interval of a printed total, each line the sum of its parts. Their middles may lie as far apart as rounding allows (100 %); further, and no value fits both.",
    checksAll: "All checks", checksCount: (n, wrong) => `${n} comparisons, ${wrong} contradictions`,
    contradictionsTitle: "Contradictions", contradictionsLead: "What sources print against each other, kept with the reason.", noContradictions: "No contradiction is known.",
    keyingTitle: "Keying errors", keyingLead: "Thousands of slips were made on copies of the real sheets; this share of them was found.", kind: "Kind of error", errors: "Errors", withText: "With the text %", without: "Without %", plainCheck: "Plain validation %",
    kinds: {}, checkNames: { sum: "sum of parts", shares: "shares of 100 %", subset: "part within whole", addition: "addition to a stock", cumulation: "shorter within longer", statement: "two sources", change: "change", growth: "growth", growth_by_change: "growth from change", ratio: "ratio", rate: "rate", per_day: "per day" },
    foot: (v) => `Minsheng ${v}. Data: CC BY 4.0. This page asks nothing of a network.`, unbounded: "unbounded", reasons: {},
    notFound: "There is no such indicator.", list: "All indicators", sort: "sort", at: (day) => `at ${day}`,
    periods: { S1: "first half of", S2: "second half of", Q1: "first quarter of", Q2: "second quarter of", Q3: "third quarter of", Q4: "fourth quarter of" },
    months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    spans: { P0D: "at a day", P1M: "a month", P3M: "a quarter", P6M: "half a year", P9M: "nine months", P12M: "a year" }, onYear: "on a year earlier", perUnit: "per 10,000 residents", chart: "Chart", figuresNoun: "figures", days: "days",
  },
  zh: {
    comma: "，", colon: "：", axis: "纵轴不一定从 0 开始。",
    overview: "概览", indicators: "指标", table: "数据表", quality: "质量", skip: "跳到正文",
    toDark: "深色", toLight: "浅色", other: "English", views: "页面", bulletin: "公报",
    glance: (where, when) => `${where} ${when} 一览`,
    glanceLead: "每个数字都照原文，并给出其印刷形式允许的区间。点选一个，可看它出自何处、与他处相比如何。",
    committed: "承诺事项", committedLead: (n) => `共 ${n} 项，有期限的在前。`,
    due: "期限", noDate: "未写明", map: "各市行动", mapLead: "江苏 13 个设区市示意图。点选一市，可看其行动。",
    actionsOf: (where, n) => `${where}：${n} 项行动`, noActions: "公报没有写到该市的行动。",
    provinceWide: "全省", action: "行动", theme: "主题", status: "状态", area: "地区", target: "目标",
    planned: "计划", launched: "启动", under_way: "进行中", completed: "完成",
    find: "查找指标", findHint: "中文、英文或代码", indicatorsFound: (n) => `${n} 个指标`, figuresCount: (n) => `${n} 个数字`,
    name: "名称", definition: "定义", definedBy: "定义依据", unit: "单位", nature: "性质", code: "代码",
    stock: "存量：某日的数", flow: "流量：一段时期的数", change: "增减", ratio: "比率", standard: "标准：规定的金额", targetNature: "目标",
    figure: "数字", howMany: "多少", exact: "精确度", printed: "原文写法", where: "出处", evidence: "证据", compared: "与整体相比",
    exactly: "精确：逐一计数。", between: (low, high) => `在 ${low} 与 ${high} 之间`, halfWidth: (half, share) => `± ${half}（${share}）`,
    atLeast: (low) => `至少 ${low}，无上界。`, atMost: (high) => `至多 ${high}，无下界。`, noBound: "无界。",
    verified: "已核对", keyed: "已录入", verifiedLong: "机器已与原文逐字核对。", keyedLong: "由人录入，尚无机器与原文核对。",
    paragraph: (n) => `第 ${n} 段`, characters: (a, b) => `第 ${a}–${b} 字符`, noPlace: "没有该来源的原文，所以没有位置。",
    besideSame: (share, value) => `${value}，占其 ${share}。`,
    besideApart: (value, period, days) => `${value}（${period}，相差 ${days} 天）。不同日期的存量不相除。`,
    perResidents: (here, there, whole) => `每万常住人口：本地 ${here}，${whole} ${there}。`,
    besideNone: "这一天前后没有上级地区的数字。",
    series: "时间序列", which: "显示的序列", seriesNote: "误差线为每个数字的印刷形式允许的区间；没有数字的时期，线在该处断开。纵轴不一定从 0 开始。",
    seriesOne: "该序列只有一个数字，故不作图。",
    areasTitle: "地区比较", areasRate: "各地每万常住人口", areasValue: "各地的同一概念",
    partsTitle: "部分与整体", part: "部分", whole: "整体", relation: "关系", partNames: { sum: "与其他部分合计为", subset: "属于", addition: "计入", shares: "构成比例" }, 
    byParts: (kind, along, codes) => along === "ref_area" ? (kind === "sum" ? "下级各地区之和等于本地区。" : "下级地区的数不大于其所在地区。")
      : `${codes}：${kind === "shares" ? "合计 100%" : kind === "sum" ? "之和等于合计" : "不大于合计"}。`,
    derivedTitle: "派生数值", formula: "公式", value: "数值", interval: "区间", from: "来自",
    checksTitle: "公布数与推算数", check: "核对", claimed: "公布", computed: "由其他数字推算", agrees: "一致", yes: "是", no: "否",
    changeTitle: "同比变化", measure: "度量", growthWord: "增长 %", changeWord: "增减", publishedWord: "公布", computedWord: "推算",
    revisionsTitle: "修订", counts: "采用", difference: "差异", reason: "原因",
    evidenceTitle: "每个数字及其证据", period: "时期", breakdown: "分组", source: "来源", place: "位置", note: "备注", total: "合计", id: "编号",
    tableLead: (n) => `全部 ${n} 个数字。可按中文、英文或代码搜索；所见各行可以复制，也可在 DuckDB 中查出。`,
    search: "搜索", all: "全部", shown: (n, all) => `${n} / ${all} 个数字`, copyCsv: "复制 CSV", copyMarkdown: "复制 Markdown", copySql: "复制 SQL", copied: (what) => `已复制：${what}`, notCopied: "浏览器不允许复制",
    sql: "在 DuckDB 中查出同样的行", sqlLead: "用 minsheng query，或 curated/minsheng.duckdb。", download: "下载", built: "本页所用的文件：",
    previous: "上一页", next: "下一页", pageOf: (n, all) => `第 ${n} 页，共 ${all} 页`, none: "没有符合的数字，请取消筛选。", clear: "取消筛选",
    qualityLead: "核对了什么，哪里矛盾，录入错误能发现多少。",
    accounted: "每个数词都有交代", accountedLead: "凡持有原文的来源，每个数词或已录入，或因故略过，或为时间；此外一个也通不过审核。没有原文的来源，只知其录入的数字。",
    verifiedHead: "已核对", keyedHead: "已录入", passedHead: "略过", textHead: "原文", held: "持有，已审核", notHeld: "未持有",
    evidenceLevels: "证据", checksPicture: "总数与各部分之和", checksPictureLead: "灰带为公布总数的区间，线为各部分之和的区间。两者中点之差不超过舍入允许的范围（100%）即为一致；超出则没有一个数值能同时符合。",
    checksAll: "全部核对", checksCount: (n, wrong) => `${n} 次比较，${wrong} 处矛盾`,
    contradictionsTitle: "矛盾", contradictionsLead: "来源之间互相矛盾之处，连同原因一并保留。", noContradictions: "没有已知的矛盾。",
    keyingTitle: "录入错误", keyingLead: "在真实录入表的副本上造出数千个错误，其中发现的比例如下。", kind: "错误类型", errors: "错误数", withText: "有原文 %", without: "无原文 %", plainCheck: "普通校验 %",
    kinds: {
      "One cell of a figure: number, multiplier, unit, qualifier, printed form, position": "数字的一个单元格：数、倍数、单位、限定、写法、位置",
      "The same, misread alike in all cells that repeat it": "同上，但各单元格同样误读", "An entry that is passed over": "略过的条目",
      "Whole rows, and what a figure is about": "整行，以及数字所指", "All errors": "全部错误",
    },
    checkNames: { sum: "部分之和", shares: "比例合计 100%", subset: "部分不大于整体", addition: "计入存量", cumulation: "短期不大于长期", statement: "两个来源", change: "增减", growth: "增长率", growth_by_change: "由增减推算增长率", ratio: "比率", rate: "率", per_day: "日均" },
    foot: (v) => `民生 ${v}。数据：CC BY 4.0。本页不访问网络。`, unbounded: "无界", reasons: { date: "日期", duration: "时长", name: "名称", idiom: "习语", ordinal: "序数", page: "网页文字", age: "年龄", reference: "指称" },
    notFound: "没有这个指标。", list: "全部指标", sort: "排序", at: (day) => `${day}`,
    periods: { S1: "上半年", S2: "下半年", Q1: "第一季度", Q2: "第二季度", Q3: "第三季度", Q4: "第四季度" },
    spans: { P0D: "某日", P1M: "月", P3M: "季", P6M: "半年", P9M: "九个月", P12M: "年" }, onYear: "同比", perUnit: "每万常住人口", chart: "图", figuresNoun: "个数字", days: "天",
  },
};

const kept = (key, value) => { try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch { return null; } };
let language = kept("minsheng-language") ?? ((navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en");
const t = (key, ...values) => {
  const word = WORDS[language][key] ?? WORDS.en[key];
  return typeof word === "function" ? word(...values) : word;
};
const nameOf = (row) => row ? row[`name_${language}`] ?? row.name_en : "";
const areaName = (code) => nameOf(areas.get(code)) || code;
const themeName = (id) => nameOf(themes.get(id)) || id;
const unitName = (id) => nameOf(units.get(id)) || id;
const indicatorName = (id) => nameOf(indicators.get(id)) || id;
const natureName = (nature) => t(nature === "target" ? "targetNature" : nature);

const codeNames = new Map(table.dimensions.map((d) => [`${d.dimension}=${d.code}`, d]));
const breakdownName = (text, none = t("total")) => text ? text.split(", ").map((c) => nameOf(codeNames.get(c)) || c).join(t("comma")) : none;
