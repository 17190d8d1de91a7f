"""The page on which a person signs in: no script, the app's colours and letters, light and dark."""

import base64
import hashlib
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
STYLE = (HERE / "page.css").read_text("utf-8")
MARK = (HERE.parent / "static" / "mark.svg").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'self'; frame-ancestors 'none'"
)
AGAIN = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>Clipscape</title>'


def form(base: str, target: str, line: str = "", good: bool = False, name: str = "") -> str:
    """The page. base: before every path. target: where to go then. line: what came of the last time, by that name."""
    said = (
        f'<p class="{"good" if good else "bad"}" role="{"status" if good else "alert"}">{escape(line)}</p>'
        if line
        else ""
    )
    first, then = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in to Clipscape</title>
<link rel="icon" href="{escape(base)}/app/static/mark.svg">
<base href="{escape(base)}/app/static/">
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{MARK}<span>Clipscape</span></h1>
<form method="post" action="{escape(base)}/sign-in">
{said}
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" required maxlength="60"
value="{escape(name)}"{first}>
<label for="password">Password or token</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000"{then}>
<input type="hidden" name="next" value="{escape(target)}">
<button>Sign in</button>
</form>
<p class="help">No account, or the password is lost? Whoever runs this server can help, with
<code>clipscape accounts add</code>.</p>
</main>
</body>
</html>
"""
