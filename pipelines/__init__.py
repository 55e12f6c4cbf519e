"""From what a page said to what the archive keeps: one job per file, in this order.

| order | pipeline | why there |
|---|---|---|
| 100 | `normalise` | first: all that follows works on tidy values and stable keys |
| 200 | `redact` | before anything is written, after values are tidy: blanks and full-width digits hide nothing |
| 900 | `store` | last: writes what all the others have agreed on |
"""
