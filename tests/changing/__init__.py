"""A portal whose lists, pages or looks are other ones from one day to the next, crawled day by day over HTTP."""
