"""Scrapy's settings. Each line departs from a default and says which, and why."""

import os
from importlib.metadata import version

BOT_NAME = "disclosures"
SPIDER_LOADER_CLASS = (
    "crawler.spiders.spider_loader.PortalSpiderLoader"  # default: modules; here a spider is a portal file
)
COMMANDS_MODULE = "crawler.commands"  # default: none; those that look at a page would else begin a crawl
DISCLOSURES_DB = os.environ.get("DISCLOSURES_DB", "data/disclosures.db")  # our own: the archive to write
DISCLOSURES_EVIDENCE = os.environ.get("DISCLOSURES_EVIDENCE", "")  # our own: the originals; empty: beside the archive
DISCLOSURES_MODE = ""  # our own: full or update; empty: an update, or full where one is due
DISCLOSURES_PROGRESS = (
    60  # our own: seconds between two lines of progress in a file: one of a day should not fill the journal
)
DISCLOSURES_OCR = os.environ.get("DISCLOSURES_OCR", "") == "1"  # our own: recognise the text of scanned files

# --- a polite guest ---

CONTACT = os.environ.get("DISCLOSURES_CONTACT", "")


def user_agent(contact: str) -> str:
    """The name by which an operator who is reached by `contact` asks."""
    purpose = "archive of county disclosure catalogues"
    return f"Disclosures/{version('disclosures')} ({purpose}; {contact or 'no contact given'})"


USER_AGENT = user_agent(CONTACT)
"""default: Scrapy's own name; a portal's operator should see who calls and how to reach them."""
ROBOTSTXT_OBEY = True  # default False
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8; county portals are small machines
CONCURRENT_REQUESTS = 1  # default 16; what waits in the downloader can't be called back when a portal refuses
DOWNLOAD_DELAY = 3  # default 0; seconds between two requests to one host
DOWNLOAD_DELAY_JITTER = 0.5  # default 0.5; kept: 1.5 to 4.5 seconds
COOKIES_ENABLED = False  # default True; a catalogue needs no session, and a visitor without one is the same to all
REFERER_ENABLED = True  # default True; kept: some lists answer only to those who come from their own pages

# --- limits ---

DOWNLOAD_TIMEOUT = 60  # default 180; one slow page must not hold a whole portal for three minutes
DOWNLOAD_MAXSIZE = 50 * 1024 * 1024  # default 1 GiB; no page or file of a catalogue is that large, bombs are
DOWNLOAD_FAIL_ON_DATALOSS = False  # default True; what came is sealed, then the evidence middleware asks again
DOWNLOAD_WARNSIZE = 0  # default 32 MiB; the limit above is warning enough
REDIRECT_MAX_TIMES = 5  # default 20
DUPEFILTER_CLASS = (
    "scrapy.dupefilters.BaseDupeFilter"  # default drops the second page that is redirected home, silently
)
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # default has 429 too: that one means stop
CONCURRENT_ITEMS = 1  # default 100; so many tasks are started for each page, and a page gives one item here

WARN_ON_GENERATOR_RETURN_VALUE = False  # default True; reads each callback's source, for a warning of what ours mean

# --- doors kept shut ---

DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # by default each is fetched where a page leads to it
    **dict.fromkeys(("http", "https"), "crawler.middlewares.download_handlers.GuardedHandler"),
}
HTTPPROXY_ENABLED = False  # default True; a proxy named in the environment would resolve names behind the guard's back

EXTENSIONS_BASE = (
    dict.fromkeys(  # default: two more, that open ports: loading them, even in vain, takes a tenth of a second; …
        (  # … and CoreStats, which starts a task for each item, to count it once more
            "scrapy.extensions.logcount.LogCount",
            "scrapy.extensions.memusage.MemoryUsage",
            "scrapy.extensions.memdebug.MemoryDebugger",
            "scrapy.extensions.closespider.CloseSpider",
            "scrapy.extensions.feedexport.FeedExporter",
            "scrapy.extensions.logstats.LogStats",
            "scrapy.extensions.spiderstate.SpiderState",
            "scrapy.extensions.throttle.AutoThrottle",
        ),
        0,
    )
)

# --- our parts ---

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the spider knows its own site, see SiteMiddleware
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no logins, ever
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.site_requests.SiteMiddleware": 50,  # before robots.txt is asked for
    "crawler.middlewares.robots.ObedientRobotsMiddleware": 100,  # in the place of Scrapy's own
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # a refresh stub is what a deleted page shows
    "crawler.middlewares.budget.BudgetMiddleware": 595,  # sees every answer first, as it came over the wire
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.compression.CompressionMiddleware": 590,  # in its place: it loses no answer
    "crawler.middlewares.charset.CharsetMiddleware": 587,  # after decompression (590), before anybody reads text
    "crawler.middlewares.evidence.EvidenceMiddleware": 586,  # sees every answer, before it is retried (550) or …
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.site_requests.NamedRedirectMiddleware": 540,  # … followed; by default at 600, before decompression
    "crawler.middlewares.stopping.StopMiddleware": 1000,  # the last before the network, for requests that others make, too
}
SPIDER_MIDDLEWARES = {
    # Each wraps everything a page gives in one more asynchronous generator: a tenth of a crawl's time for nothing here.
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # the spider marks its first requests itself
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # an answer is judged by the evidence middleware, and not by its status alone
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # lists have ends, and records lead nowhere
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # a long address is a record all the same
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # a check for those who copy meta
}
ITEM_PIPELINES = {
    "pipelines.attachments.AttachmentsPipeline": 100,
    "pipelines.normalise.NormalisePipeline": 200,
    "pipelines.redact.RedactPipeline": 300,
    "pipelines.store.StorePipeline": 900,
}

# --- logs ---

LOG_LEVEL = "INFO"  # default DEBUG
LOG_FORMATTER = "crawler.jobs.logs.QuietLogFormatter"  # default prints whole items
LOG_VERSIONS: list[str] = []  # default: a line of library versions at each start
DOWNLOADER_STATS = False  # default True; writes out each request once more to count its bytes, which the archive knows
STATS_CLASS = "crawler.jobs.statistics.Statistics"  # default: the class it is made of, which takes 4 µs for what takes 0.1, ten times a record
LOGSTATS_INTERVAL = 0  # default 60; progress is shown by `disclosures crawl`

# --- feeds (`scrapy crawl -O`) ---

FEED_EXPORT_ENCODING = "utf-8"  # default escapes Chinese in JSON
FEED_EXPORTERS = {  # by default an item a page, with all that was read of it; ours give flat rows
    "json": "crawler.jobs.feed_rows.JsonRows",
    **dict.fromkeys(("jsonlines", "jsonl", "jl"), "crawler.jobs.feed_rows.JsonLinesRows"),
    "csv": "crawler.jobs.feed_rows.CsvRows",
    **dict.fromkeys(("xml", "marshal", "pickle")),
}
