"""Sentences are put in when a template is compiled; the page is the same, sign by sign."""

from __future__ import annotations

import jinja2
import pytest

from facility_agent.web.templating import Plain, Spoken
from facility_agent.words import LANGUAGES, Words

SOURCES = {
    "alone": '<p>{{ t("page.foot") }}</p>',
    "in an attribute": '<nav aria-label="{{ t("page.navigation") }}"></nav>',
    "beside white space that is taken away": '<b>\n  {%- if true %}{{ t("page.foot") }}{% endif -%}\n</b>',
    "alone on a line": '<p>\n{{ t("page.foot") }}\n</p>\n',
    "unknown": '{{ t("page.there-is-no-such-word") }}',
    "with fields": '{{ t("page.state.day", day="<b>") }}',
    "by a computed key": '{{ t("page." ~ "foot") }}',
    "in a loop and a macro": '{% macro m(x) %}{{ x }}{{ t("page.foot") }}{% endmacro %}'
    "{% for x in [1, 2] %}{{ m(x) }}{{ loop.last }}{% endfor %}",
    "as a caller": "{% macro m() %}({{ caller() }}){% endmacro %}"
    '{% call m() %}{{ "a".upper() }}{{ t("page.foot") }}{% endcall %}',
}


def page(source: str, language: str, spoken: bool) -> str:
    environment = jinja2.Environment(
        extensions=[Spoken] if spoken else [], autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    if spoken:
        environment.extend(words=Words(language))
        environment.context_class = Plain
    return environment.from_string(source).render(t=Words(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_the_page_is_the_same_as_if_every_sentence_were_said_each_time(source: str, language: str) -> None:
    assert page(source, language, spoken=True) == page(source, language, spoken=False)


@pytest.mark.parametrize(
    "sentence", ["<script>", 'il dit "non" & s\'en va', "a\\b", "a\nb", "{{ 1 }} {% x %}", "50 % "]
)
def test_no_sentence_can_break_the_template(sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Words, "__call__", lambda self, key, /, **fields: sentence)
    source = '  {%- if true %}{{ t("a.b") }}{% endif -%}  '
    assert page(source, "fr", spoken=True) == page(source, "fr", spoken=False)
