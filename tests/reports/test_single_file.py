"""A page made one file: what changes, what stays byte for byte, what the policy allows."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

from reports.pages.single_file import single_file

FILES = {
    "static/report.css": b"a{color:red}",
    "static/report.js": b"report();",
    "static/charts.js": b"charts();",
    "static/plotly-basic.min.js": b"plotly();",
    "data/a.csv": "\ufeffMonth,Value\r\nMai,1\r\n".encode(),
}
HEAD = """<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="script-src 'self'">
<link rel="stylesheet" href="static/report.css">
<link rel="alternate" hreflang="cy" href="x.cy.html">
</head>
"""
BODY = """<body><p>5 &lt; 6 &amp; more</p><a class="brand" href="index.html">Home</a>
<a href="#main">Skip</a> <a href="data/a.csv" download>CSV</a>
<script type="application/json" id="figure">{"a":"<\\/script>"}</script>
"""
END = '<script src="static/report.js" defer></script>\n'
CHARTS = '<script src="static/charts.js" defer></script>\n'


def _made(*parts: str) -> str:
    return single_file("".join((HEAD, *parts)), FILES.__getitem__)


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def test_styles_and_scripts_are_inside_and_named_by_the_policy() -> None:
    page = _made(BODY, END)
    assert "<style>a{color:red}</style>" in page
    assert "<script>report();</script>" in page
    policy = re.search(r'Policy" content="([^"]+)"', page)[1]
    assert f"script-src {_hash(b'report();')};" in policy
    assert "'self'" not in policy
    assert "src=" not in page


def test_the_library_of_charts_comes_where_there_are_charts() -> None:
    assert "packed-library" not in _made(BODY, END)
    page = _made(BODY, END, CHARTS)
    block = re.search(r'id="packed-library">([^<]+)<', page)
    assert gzip.decompress(base64.b64decode(block[1])) == b"plotly();"
    assert block.start() < page.index("<script>charts();")
    scripts = re.findall(r"<script>(.*?)</script>", page)
    assert scripts == ["report();", "charts();"]
    policy = re.search(r"script-src ([^;]+);", page)[1]
    assert policy.split() == [_hash(one) for one in (b"report();", b"plotly();", b"charts();")]


def test_other_pages_are_words_and_places_are_links() -> None:
    page = _made(BODY, END)
    assert '<a class="brand">Home</a>' in page
    assert '<a href="#main">Skip</a>' in page
    assert "hreflang" not in page


def test_files_are_packed_above_the_scripts_that_unpack_them() -> None:
    page = _made(BODY, END, CHARTS)
    block = re.search(r'id="packed-files">([^<]+)<', page)
    assert block.start() < page.index("report();")
    files = json.loads(gzip.decompress(base64.b64decode(block[1])))
    assert {name: text.encode() for name, text in files.items()} == {"a.csv": FILES["data/a.csv"]}
    assert '<a href="#" download="a.csv" data-packed="a.csv">CSV</a>' in page


def test_all_else_stays_and_the_same_page_gives_the_same_file() -> None:
    page = _made(BODY, END)
    assert "<p>5 &lt; 6 &amp; more</p>" in page
    assert '<script type="application/json" id="figure">{"a":"<\\/script>"}</script>' in page
    assert page == _made(BODY, END)
