"""A captured page made safe to be looked at: nothing in it runs, loads, leads anywhere or names a private person.

Pure: `page.inert_page` takes a page's text and gives another; what was captured of its images and style sheets it asks
its caller for.
"""
