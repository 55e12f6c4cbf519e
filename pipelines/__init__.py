"""The four pipelines, one job each, in this order.

| order | pipeline | why there |
|---|---|---|
| 100 | `attachments` | first: a file becomes text, which the others then treat like any other |
| 200 | `normalise` | then all that follows works on tidy values and stable keys |
| 300 | `redact` | before anything is written, after values are tidy: blanks and full-width digits hide nothing |
| 900 | `store` | last: seals the originals, writes what all the others have agreed on |
"""
