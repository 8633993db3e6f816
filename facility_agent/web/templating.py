"""Templates compiled for one language each: a sentence without fields is put in once, not once per page.
A page says some eighty sentences, and most of them are the same for everybody. What a template writes as
`{{ t("page.foot") }}` is text by the time that the template is compiled; sentences with fields are said as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import jinja2
from aiohttp import web
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import escape

from facility_agent.words import Words

_SENTENCE: Final = re.compile(r"""\{\{ t\("([a-z0-9.-]+)"\) \}\}""")


class Spoken(Extension):
    """Puts plain sentences in; a constant that is safe keeps the white space around it as it was."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        words: Words = self.environment.words  # type: ignore[attr-defined]

        def said(found: re.Match[str]) -> str:
            sentence = str(escape(words(found[1]))).replace("\\", "\\\\").replace("\n", "\\n")
            return f'{{{{ "{sentence}"|safe }}}}'

        return _SENTENCE.sub(said, source)


class Plain(Context):
    """Calls what a template names without first looking, three times, whether it wants the context: none does."""

    def call(self, named: Callable[..., Any], /, *values: Any, **fields: Any) -> Any:
        fields.pop("_loop_vars", None)
        fields.pop("_block_vars", None)
        return named(*values, **fields)


def render(language: str, template: str, context: Mapping[str, Any]) -> str:
    """The text of a template's page in a language."""
    return pages(language).get_template(template).render(context)


@cache
def pages(language: str) -> jinja2.Environment:
    """The templates of a language; they do not change while the program runs."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("facility_agent.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=[Spoken],
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.extend(words=Words(language))
    environment.globals["t"] = Words(language)
    environment.context_class = Plain
    return environment


def html(text: str | bytes, status: int = 200) -> web.Response:
    """A page as an answer."""
    body = text.encode() if isinstance(text, str) else text
    return web.Response(body=body, content_type="text/html", charset="utf-8", status=status)
