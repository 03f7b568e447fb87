r"""
What a model's formula becomes in both MathJax: marks in their place, no link and no ground.

JupyterLab brings MathJax 3.2.2, a page made by nbconvert loads MathJax 2.7.7. The two read some
things differently, so each is asked what it made of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from sophnet_jupyter.views.safe.markdown import render

from ..hostile.allowed import typeset

pytestmark = pytest.mark.browser

PACKAGES = Path(__file__).parents[1] / "types" / "node_modules"
DOLLARS = "inlineMath: [['$', '$']], processEscapes: true, processEnvironments: true"
HEADS = {
    2: f"""<script type="text/x-mathjax-config">MathJax.Hub.Config({{ messageStyle: "none",
        skipStartupTypeset: true, tex2jax: {{ {DOLLARS} }} }})</script>
        <script src="/mathjax2/MathJax.js?config=TeX-AMS_CHTML-full"></script>""",
    3: f"""<script>MathJax = {{ tex: {{ {DOLLARS} }}, startup: {{ typeset: false }} }}</script>
        <script src="/mathjax3/es5/tex-chtml-full.js"></script>""",
}
READY = {
    2: "() => window.MathJax?.isReady && MathJax.InputJax.TeX?.Definitions?.macros",
    3: "() => window.MathJax?.startup?.document",
}
EXTENSIONS = """AMScd AMSmath AMSsymbols HTML action bbox begingroup boldsymbol cancel color enclose
    extpfeil mathchoice mhchem newcommand unicode verb mediawiki-texvc""".split()
LOAD = """names => new Promise(done => MathJax.Hub.Queue(
    ...names.map(name => ["Require", MathJax.Ajax, `[MathJax]/extensions/${name}.js`]), done))"""
TYPESET = {
    2: "() => new Promise(done => MathJax.Hub.Queue(['Typeset', MathJax.Hub], done))",
    3: "() => MathJax.typesetPromise().then(() => undefined)",
}
NAMES = {
    2: "() => Object.keys(MathJax.InputJax.TeX.Definitions.macros)",
    3: """() => {
        const { MapHandler, Configuration } = MathJax._.input.tex;
        const packages = Object.keys(MathJax._.input.tex).map(name =>
            Configuration.ConfigurationHandler.get(name)?.handler?.macro ?? []);
        const maps = packages.flat().map(name => MapHandler.MapHandler.getMap(name)?.map);
        return maps.flatMap(map => [...(map?.entries() ?? [])])
            .filter(([, symbol]) => symbol.func).map(([name]) => name);
    }""",
}
# What it reads, as MathML: to lay out a thousand formulas would take a minute.
READ = {
    2: """formulas => formulas.map(formula => { try {
        const { TeX } = MathJax.InputJax, { mml } = MathJax.ElementJax;
        TeX.prefilterHooks.Execute({ math: formula, display: false, script: {} });
        return mml.math(TeX.Parse(formula).mml()).toMathML("");
    } catch (error) { return "an error" } })""",
    3: """formulas => formulas.map(formula => { try {
        return MathJax.tex2mml(formula);
    } catch (error) { return "an error" } })""",
}
BAD = re.compile(
    r"""<(?!merror)[a-z]+[^>]*\s(?:href|mathbackground|(?:class|id|style)="[^"]*(?:evil|background))"""
)
# An error's own yellow ground says what it is, and a space without any width shows nothing.
FOUND = r"""() => [...document.querySelectorAll("[data-of]")].flatMap(place =>
    [...place.querySelectorAll("*")].filter(element =>
        !element.closest("script, mjx-merror, .mjx-merror, .MathJax_Preview, mjx-assistive-mml, " +
            ".MJX_Assistive_MathML")
    ).flatMap(element => {
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        const said = [];
        if (element.hasAttribute("href") || element.hasAttribute("xlink:href")) said.push("a link");
        if (style.backgroundColor !== "rgba(0, 0, 0, 0)" && box.width > 1) said.push("a ground");
        if (/evil/.test(`${element.id} ${element.className} ${element.getAttribute("style")}`))
            said.push("a mark");
        return said.map(what => `${what} of ${place.dataset.of}`);
    }))"""

# Where the two MathJax take what stands behind a percent sign, and TeX does not.
HIDING = [
    r"\text{%}", r"\mbox{50%}", r"\frac{%}{a}", r"x^{%}", r"\sqrt{%}", r"\sqrt[%]{a}", r"{a%}",
    r"\mathrm{%}", r"\operatorname{%}", r"\underset{%}{a}", r"\tag{%}", r"\ce{%}",
    r"\left(% \right)", r"\begin{array}{c%}\end{array}", r"\hphantom{%}", r"\color{%}",
    r"\mathop{% %}", r"\%%" + "\n",
]  # fmt: skip
REACHING = [
    r"\href{https://evil.example/}{\text{bank.example}}",
    r"\style{background:red}{\text{sandbox}}",
    r"\class{evil}{x}",
    r"\cssId{evil}{x}",
    r"\colorbox{red}{\text{sandbox}}",
    r"\bbox[red]{\text{sandbox}}",
    r'\mmlToken{mtext}[href="https://evil.example/"]{x}',
]
GROUNDS = [
    r"\cancel[mathbackground=red]{\text{sandbox}}",
    r"\bcancel [ math background = red ]{\text{sandbox}}",
    r"\xcancel[color=white,background=red]{\text{sandbox}}",
    r"\cancelto[mathbackground=red]{a}{\text{sandbox}}",
    r"\enclose{box}[mathbackground=red]{\text{sandbox}}",
    r"\enclose{roundedbox} [background:red]{\text{sandbox}}",
    r"\color{red}\rule{9em}{2em}\hspace{-9em}\color{white}\text{sandbox}",
    r"\textcolor{red}{\Rule{9em}{1em}{1em}}",
]


@pytest.fixture(scope="module")
def mathjax(browser: Browser) -> Callable[[int], Page]:
    """A page with the MathJax of that version and nothing else."""
    pages: dict[int, Page] = {}

    def mathjax(version: int) -> Page:
        if version not in pages:
            pages[version] = page = browser.new_page()
            page.route("http://localhost/**", lambda route: serve(route, HEADS[version]))
            page.goto("http://localhost/")
            page.wait_for_function(READY[version])
            if version == 2:
                page.evaluate(LOAD, ["toMathML", *(f"TeX/{name}" for name in EXTENSIONS)])
        return pages[version]

    return mathjax


def serve(route: Route, head: str) -> None:
    path = route.request.url.split("/", 3)[3].partition("?")[0]
    if path:
        route.fulfill(path=PACKAGES / path)
    else:
        route.fulfill(body=f"<!doctype html>{head}<body></body>", content_type="text/html")


def made(page: Page, version: int, html: Iterable[tuple[str, str]]) -> list[str]:
    """What MathJax made of such HTML that is no mark in its place."""
    places = [f'<div data-of="{name}">{shown}</div>' for name, shown in html]
    page.evaluate("html => { document.body.innerHTML = html }", "".join(places))
    page.evaluate(TYPESET[version])
    return sorted(set(page.evaluate(FOUND)))


def shown(formula: str) -> str:
    return render(f"${formula}$")


@pytest.mark.parametrize("version", [2, 3])
def test_a_formula_cannot_hide_a_command_behind_a_percent_sign(mathjax, version):
    hidden = [hiding + command for hiding in HIDING for command in REACHING]
    formulas = [(f"{number}", shown(formula)) for number, formula in enumerate(hidden)]
    assert made(mathjax(version), version, formulas) == []


@pytest.mark.parametrize("version", [2, 3])
def test_no_command_of_a_formula_has_a_ground(mathjax, version):
    formulas = [(f"{number}", shown(formula)) for number, formula in enumerate(GROUNDS)]
    assert made(mathjax(version), version, formulas) == []


@pytest.mark.parametrize("version", [2, 3])
def test_no_command_that_mathjax_knows_links_marks_or_has_a_ground(mathjax, version):
    page = mathjax(version)
    names = sorted({name for name in page.evaluate(NAMES[version]) if name.isalpha()})
    assert len(names) > 300
    options = "[background=red,mathbackground=red,href=https://evil.example/,class=evil]"
    asked = {name: rf"\{name}{options}{{evil}}{options}{{red}}{{c}}" for name in names}
    handed = {name: formula for name, formula in asked.items() if typeset(shown(formula))}
    assert len(handed) > 300
    read = page.evaluate(READ[version], list(handed.values()))
    bad = {name for name, mathml in zip(handed, read, strict=True) if BAD.search(mathml)}
    # MathJax 3 makes its arrows from a strut without any width.
    assert bad <= {"longleftrightarrows"}


@pytest.mark.parametrize("version", [2, 3])
def test_what_is_refused_does_link_and_has_grounds_where_it_is_let_through(mathjax, version):
    raw = [(f"{number}", f"${formula}$") for number, formula in enumerate(REACHING[:6])]
    found = made(mathjax(version), version, raw)
    assert {"a link of 0", "a ground of 5", "a mark of 2"} <= set(found)
    [read] = mathjax(version).evaluate(READ[version], [r"\enclose{box}[mathbackground=red]{a}"])
    assert BAD.search(read)


@pytest.mark.parametrize("version", [2, 3])
def test_ordinary_percent_signs_cancellations_and_frames_are_typeset(mathjax, version):
    formulas = [
        r"\text{50%}", r"x = 50\%", r"\cancel{x}", r"\boxed{42}", r"[\cancel{a}+b]", r"\ce{H2O}",
        r"\color{red}{x}", r"\begin{array}{|c|} \hline a \\ \hline \end{array}",
        r"\rule{0pt}{1em}x", r"S_{\text{background}}",
    ]  # fmt: skip
    html = [shown(formula) for formula in formulas]
    assert all(map(typeset, html))
    page = mathjax(version)
    assert made(page, version, [(str(n), one) for n, one in enumerate(html)]) == []
    assert page.locator("[data-of] :is(mjx-container, .MathJax_CHTML)").count() == len(formulas)


def test_the_mathjax_looked_through_is_the_one_that_jupyterlab_brings():
    import json
    import sys

    licenses = Path(sys.prefix, "share/jupyter/lab/static/third-party-licenses.json")
    brought = json.loads(licenses.read_text(encoding="utf-8"))["packages"]
    [lab] = [one["versionInfo"] for one in brought if one["name"] == "mathjax-full"]
    own = json.loads((PACKAGES / "mathjax3" / "package.json").read_text(encoding="utf-8"))
    assert lab == own["version"]
