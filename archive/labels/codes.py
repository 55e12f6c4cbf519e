"""What the codes in the archive's columns are called.

Wording states what was observed, and accuses nobody.
"""

from collections.abc import Mapping

from archive.labels.naming import Label

KINDS: dict[str, Label] = {
    "hot_topic_response": Label("热点回应", "response to public concerns"),
    "policy_interpretation": Label("政策解读", "policy interpretation"),
    "plan": Label("规划计划", "plans"),
    "budget": Label("预决算", "budgets and final accounts"),
    "normative_document": Label("规范性文件", "normative documents"),
    "rule_of_law": Label("法治政府建设", "law-based government"),
    "housing_expropriation": Label("棚户区改造/征地拆迁", "shanty-town renewal and expropriation"),
    "proposal": Label("建议提案办理", "handling of proposals"),
    "annual_report": Label("信息公开年报", "annual reports on disclosure"),
    "notice": Label("通知公告", "notices and announcements"),
    "institution": Label("工作制度", "working rules"),
    "consultation": Label("民意征集", "public consultations"),
    "other": Label("其他", "other"),
}

STATES: dict[str, Label] = {
    "listed": Label("在列", "listed", "在目录中，尚无完整采集表明它已不在。", "In a catalogue; no complete crawl has shown otherwise."),
    "unlisted": Label(
        "已撤列，原页仍在", "unlisted", "完整采集时已不在任何目录中，原页面仍可打开。",
        "No longer in any catalogue at a complete crawl; its own page still opens.",
    ),
    "withdrawn": Label(
        "已撤下", "withdrawn", "完整采集时已不在任何目录中，原页面也不能打开。原因不明，也可能是期满依规撤下。",
        "In no catalogue at a complete crawl, and its own page is gone too. The reason isn't known; it may be lawful expiry.",
    ),
}  # fmt: skip

EVENTS: dict[str, Label] = {
    "added": Label("新发现", "added", "首次见到。", "Seen for the first time."),
    "changed": Label("内容变动", "changed", "所载内容与上次不同。", "It says something else than before."),
    "unlisted": Label("已撤列，原页仍在", "unlisted", "不再列出，原页仍在。", "No longer listed; its page is still there."),
    "withdrawn": Label("已撤下", "withdrawn", "不再列出，原页也不能打开。", "No longer listed; its page is gone too."),
    "returned": Label("重新出现", "returned", "撤列或撤下后又见到。", "Seen again after having been away."),
    "moved": Label(
        "移至新地址", "moved", "索引号与正文相同，见于新地址，旧地址不再列出。",
        "The same index number and text at a new address; the old one is no longer listed.",
    ),
}  # fmt: skip

FLAGS: dict[str, Label] = {
    "title_missing": Label("无标题", "title missing", "各页面均未给出标题。", "No page gives a title."),
    "title_truncated": Label(
        "标题被截断", "title truncated", "门户截断了标题，未见完整标题。", "The portal cut the title and no fuller one was seen."
    ),
    "publisher_truncated": Label(
        "发布机构被截断", "publisher truncated", "门户截断了发布机构，未见全称。", "The portal cut the publisher and no fuller name was seen."
    ),
    "index_number_repeated": Label(
        "索引号重复", "index number repeated", "同一门户另有记录使用相同的索引号。", "Another record of this portal bears the same index number."
    ),
    "index_number_differs": Label(
        "索引号不一致", "index number differs", "不同页面所印的索引号不同。", "Pages print different index numbers for it."
    ),
    "index_year_differs": Label(
        "索引号年份与发布年份不同", "index year differs", "索引号中的年份与发布日期的年份不同。",
        "The year in the index number isn't that of the date published.",
    ),
    "date_in_future": Label(
        "日期在将来", "date in the future", "首次见到时，所标发布日期尚未到来。", "The stated date was still to come when first seen."
    ),
    "date_unreadable": Label("日期无法识别", "date unreadable", "所印日期无法识别。", "The printed date can't be read."),
    "page_cut": Label(
        "页面不完整", "page cut", "读到的记录页面中途断开，所载可能不全。", "The page as read broke off in the middle; something may be missing."
    ),
    "row_not_read": Label(
        "现行程序未读到", "row not read", "较早的程序在目录页上读到此记录，现行程序在同一页上未读到。",
        "An earlier version of this program read it on a catalogue's page; today's does not find it on that page.",
    ),
    "personal_link": Label("链接含证件号码", "the link holds an ID number", "目录所链接的地址含有身份证号码，因此不保存该地址，也未采集。", "The address it links to holds somebody's ID number: it is not kept and was not asked for."),
    "off_site": Label("页面在其他网站", "off site", "目录所链接的页面不在该门户网站，未采集。", "The page it links to is on another site, and was not asked for."),
}  # fmt: skip

MODES: dict[str, Label] = {"full": Label("全部", "full"), "update": Label("更新", "update")}

HEALTH: dict[str, Label] = {
    "well": Label("正常", "well", "与平时一样可以采集。", "It can be read as usual."),
    "slow": Label("变慢", "slow", "应答比平时慢得多，或失败的页面比平时多得多。", "It answers much later, or fails much more often, than usual."),
    "silent": Label("久无新内容", "silent", "有目录很久没有新内容，比平时久得多。", "Some catalogue has had no news for far longer than usual."),
    "changed_layout": Label(
        "版式或地址变化", "changed layout", "目录页面不在原处，或从中读不出记录。", "Lists aren't where they were, or can't be read any more.",
    ),
    "blocked": Label("拒绝访问", "blocked", "门户或其防护设备拒绝这位访客，或 robots.txt 不许采集。", "The portal, its firewall or its robots.txt refuses."),
    "down": Label("无法访问", "down", "门户没有应答，或只报告错误。", "The portal doesn't answer, or answers with errors alone."),
}  # fmt: skip

OUTCOMES: dict[str, Label] = {
    "finished": Label("完成", "finished", "各目录均完整走完。", "Every catalogue was walked wholly."),
    "incomplete": Label("不完整", "incomplete", "有目录未完整走完。", "Some catalogue wasn't walked wholly."),
    "blocked": Label(
        "被拒绝", "blocked", "门户拒绝访问，采集停止。", "The portal refused this visitor; the crawl stopped."
    ),
    "shutdown": Label("提前停止", "shut down", "由操作者停止。", "Stopped by its operator."),
    "not_merged": Label(
        "未并入",
        "not merged",
        "同一门户的另一次采集已先并入，此次只留原件，未作解读。",
        "Another crawl of the portal was merged first: of this one the originals are kept, and nothing is read from them.",
    ),
    "archive_error": Label(
        "档案写入失败",
        "archive error",
        "档案无法写入，采集停止。",
        "The archive could not be written; the crawl stopped.",
    ),
    "interrupted": Label("中断", "interrupted", "未正常结束。", "It never ended properly."),
}

PROBLEMS: dict[str, Label] = {
    "robots": Label("robots.txt 不允许", "forbidden by robots.txt"),
    "blocked": Label("被拒绝", "blocked"),
    "reading_failed": Label("解析出错", "reading failed"),
    "not_asked": Label("未请求", "not asked for"),
    "unreachable": Label("无法连接", "unreachable"),
    "failed": Label("请求失败", "failed"),
    "http_error": Label("返回错误", "HTTP error"),
    "not_found": Label("页面不存在", "not found"),
    "redirected_home": Label("转到首页", "redirected to the home page"),
    "led_off_site": Label("转到站外", "led to another site"),
    "not_a_page": Label("不是网页", "not a page"),
    "cut": Label("下载不完整", "broke off in the middle"),
    "page_cut": Label("页面不完整", "page cut"),
    "too_large": Label("过大", "too large"),
    "list_without_rows": Label("列表页无条目", "list without rows"),
    "pages_missing": Label("列表缺页或缺条目", "pages or rows missing"),
    "pages_repeat": Label("列表各页内容相同", "page after page the same"),
    "layout_changed": Label("页面模板已变，未读取", "made by other software now; not read"),
    "fields_missing": Label("以往必有的项目忽缺", "fields suddenly missing"),
    "nothing_new": Label("久无新条目，远超以往", "nothing new for far longer than usual"),
    "list_short": Label("列表前几页的行数比以往少得多", "first pages of a list with far fewer rows than usual"),
    "list_shrunk": Label("列表比以往短得多", "list much shorter than before"),
    "body_missing": Label("未见正文，保留此前所读", "no text found; what was read before is kept"),
    "not_merged": Label("采集未并入，原件已留存", "a crawl was not merged; its originals are kept"),
    "attachment": Label("附件未能读出文字", "no text could be taken from a file"),
}

CAPTURES: dict[str, Label] = {
    "page": Label("页面", "page", "所请求的页面或文件。", "The page or file that was asked for."),
    "cut": Label("页面不完整", "cut", "中途断开，不足为凭。", "It broke off in the middle; it proves nothing."),
    "gone": Label(
        "该页已不在", "gone", "回应表明此地址已没有该页：404、410、所印“页面不存在”，或转到首页。",
        "The answer says that there is no such page: 404, 410, a page that says so, or the way to the home page.",
    ),
    "blocked": Label("被拒绝", "blocked", "门户拒绝访问，不足为凭。", "The portal refused this visitor; it proves nothing."),
    "error": Label("出错", "error", "门户出错，不足为凭。", "The portal was at fault; it proves nothing."),
    "home": Label("首页", "home", "所得为首页，不是所请求的页面。", "A home page came in place of the page asked for."),
    "redirect": Label("转向", "redirect", "转到另一地址。", "It leads to another address."),
    "not_modified": Label("未变", "not modified", "服务器答复：与上次所取相同（304）。", "The server said that nothing changed since the last time (304)."),
}  # fmt: skip

CAUSES: dict[str, Label] = {
    "source": Label("原页变动", "source", "原页面所载与此前不同。", "The page says something else than before."),
    "parser": Label(
        "本档案重新解析，并非原页面改动", "re-read by this archive", "同一原件用新的程序重读，所得不同。",
        "The same capture read again by a newer parser; not an edit by the publisher.",
    ),
}  # fmt: skip

ATTACHMENTS: dict[str, Label] = {
    "pending": Label("尚未采集", "not asked for yet"),
    "off_site": Label("在其他网站，未采集", "on another site, not asked for"),
    "unlinked": Label("原页已不再链接", "no longer linked", "记录页面曾链接此文件，后来不再链接。", "The record's page linked to it once, and no longer does."),
    "unavailable": Label("未能取得", "not to be had", "请求过此地址，未得到文件。", "It was asked for, and no file came."),
    "text": Label("已取出文字", "text taken"),
    "ocr": Label(
        "文字由识别得出", "text recognised", "全部或部分文字由图像识别得出，可能有误，不可据以指责。",
        "All or some of its text was recognised from images (OCR); it may be wrong and must never be used to accuse.",
    ),
    "needs_ocr": Label("扫描件或图像，未取出文字", "scan or image, no text taken"),
    "ocr_not_installed": Label("扫描件或图像，未装识别程序", "scan or image, text recognition not installed"),
    "empty": Label("空文件", "empty file", "没有内容，或不足 16 字节。", "Nothing in it, or fewer than 16 bytes."),
    "not_a_document": Label("所得是网页，不是文件", "a web page, not a document"),
    "executable": Label("可执行程序，未读", "executable, not read"),
    "encrypted": Label("有密码，未读", "encrypted, not read"),
    "too_large": Label("超过大小上限，未读", "beyond the size limit, not read"),
    "no_converter": Label("未装读取此类文件的程序", "no program installed that reads it"),
    "failed": Label("未能读出", "could not be read", "文件损坏，或读取出错、超时。", "Damaged, or its converter crashed or ran out of time."),
    "unsupported": Label("此类文件不读", "kind of file not read"),
}  # fmt: skip

REDACTIONS: dict[str, Label] = {
    "resident_id": Label("居民身份证号", "resident identity number"),
    "phone": Label("手机号码", "mobile phone number"),
    "bank_card": Label("银行卡号", "bank card number"),
}

CODES: dict[tuple[str, str], Mapping[str, Label]] = {
    ("records", "kind"): KINDS,
    ("records", "state"): STATES,
    ("search", "kind"): KINDS,
    ("search", "state"): STATES,
    ("catalogs", "kind"): KINDS,
    ("events", "kind"): EVENTS,
    ("crawls", "mode"): MODES,
    ("crawls", "outcome"): OUTCOMES,
    ("crawls", "health"): HEALTH,
    ("problems", "kind"): PROBLEMS,
    ("captures", "outcome"): CAPTURES,
    ("versions", "cause"): CAUSES,
    ("attachments", "state"): ATTACHMENTS,
    ("redactions", "kind"): REDACTIONS,
}
"""(table, column) → code → label, for the columns that hold codes."""
