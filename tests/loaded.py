"""Contents that the processes of `tests.warm` share with the one that they are forked from: modules, and tables that each crawl reads.

None of it depends on the environment but `crawler.settings`.
"""

from importlib import import_module
from pkgutil import iter_modules

from datasette.plugins import pm
from sqlite_utils.plugins import ensure_plugins_loaded

from archive.analysis import derivation_process
from archive.analysis.report_rules import terms
from archive.masking.redaction import redact
from archive.model.divisions import divisions
from archive.model.site import domain_of
from archive.search import spelling
from archive.search.synonyms import thesaurus
from crawler.cli.main import MODULES
from crawler.extract.field_labels import bracketed_label, glued_label
from tests.derived_here import derived_here
from tests.garbage import collect_seldom
from tests.new_archives import copy_what_is_made_anew
from tests.web import compiled_templates

PACKAGES = ("crawler.middlewares", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares")
"""Packages of which a crawl loads most modules, by their names."""

OTHERS = (
    *(f"crawler.cli.{module}" for module in sorted(set(MODULES.values()))),
    "archive.maintenance.masking", "archive.maintenance.upgrade", "archive.web.http.server", "crawler.jobs.run",
    "crawler.spiders.catalog", "pipelines.store", "scrapy.core.downloader.handlers.http11", "scrapy.dupefilters",
    "scrapy.extensions.closespider", "scrapy.extensions.corestats", "scrapy.extensions.feedexport",
    "scrapy.extensions.logcount", "scrapy.extensions.logstats", "scrapy.extensions.memdebug",
    "scrapy.extensions.memusage", "scrapy.extensions.spiderstate",
    "scrapy.extensions.throttle", "scrapy.pqueues", "scrapy.robotstxt",
    "scrapy.squeues", "scrapy.statscollectors",
)  # fmt: skip

for package in PACKAGES:
    for module in iter_modules(import_module(package).__path__, f"{package}."):
        import_module(module.name)
for other in OTHERS:
    import_module(other)

derivation_process.forked = derived_here
copy_what_is_made_anew()
ensure_plugins_loaded()  # sqlite_utils looks through the metadata of all packages for its plugins
divisions()
terms()
redact("样本\t准考证\n样本\t无\n640324198001010000")  # makes its patterns, else half of a small crawl's time
bracketed_label()
glued_label()
spelling.prepare(thesaurus().words)
pm.register(compiled_templates)
domain_of("example.org")  # loads the list of public suffixes
collect_seldom()  # a collection in a forked process would else write to all that it shares
