"""Every panel on models of other kinds than the bundled one, against transformers: larger, with a sliding window, with an encoder."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from numpy.typing import NDArray
from playwright.sync_api import expect

from inference.sampling.dice import uniforms
from playground.config import ROOT
from tests.browser import foreign
from tests.browser.playground import Playground
from tests.browser.test_attention import QUANTISED, rollout
from tests.browser.test_branching import menu
from tests.browser.test_export import exported
from tests.browser.test_layers import look, numbers
from tests.browser.test_prompt import prompt_ids
from tests.browser.test_what_if import kinds, plainly, settled, try_out
from tests.site import Site, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # the first test makes and adds the models
Floats = NDArray[np.float64]
SEED, TOKENS, STEP = 7, 16, 9
WAIT_SECONDS = 30.0
ADD = """
import json, sys, django
from django.core.management import call_command
django.setup()
for name, folder in json.loads(sys.argv[1]).items():
    call_command("addmodel", folder, "--name", name, "--title", name)
"""  # one process: torch takes seconds to import
PROMPT = "the hedgehog and the owl went out"


@pytest.fixture(scope="module")
def folders(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The models, added as an operator adds them; gone again afterwards, for other tests look at the list of models."""
    torch.set_num_threads(1)
    folders = foreign.write_all(tmp_path_factory.mktemp("foreign"))
    try:
        added = subprocess.run(
            [sys.executable, "-c", ADD, json.dumps({name: str(folder) for name, folder in folders.items()})],
            cwd=ROOT, env=site.whole_environment, capture_output=True, text=True,
        )  # fmt: skip
        assert added.returncode == 0, added.stdout + added.stderr
        yield folders
    finally:
        with sqlite3.connect(site.folder / "data" / "logitscope.sqlite3", timeout=20) as database:
            database.executemany("DELETE FROM catalog_model WHERE name = ?", [(name,) for name in folders])


@pytest.fixture
def page(folders: dict[str, Path], page: Playground) -> Playground:
    """The page of a person who comes when the models are there."""
    return page


def finished(page: Playground, model: str) -> tuple[list[int], list[int]]:
    """Prompt and output of a run of ``model`` by plain sampling, of which a step is selected."""
    page.page.get_by_label("Model", exact=True).select_option(model)
    page.type_prompt(PROMPT)
    plain = {"temperature": "1", "top_k": "0", "top_p": "1", "min_p": "0", "seed": str(SEED)}
    for field, value in {**plain, "max_tokens": str(TOKENS), "min_tokens": str(TOKENS)}.items():
        page.set(field, value)
    page.speed(None)
    output = page.run_to_end()
    page.select(STEP)
    return prompt_ids(page), output


def show_head(page: Playground, layer: int, head: int) -> None:
    cell = page.page.locator(f'[data-layer="{layer}"][data-head="{head}"]').first
    cell.scroll_into_view_if_needed()
    cell.click()
    expect(page.hook("attention-large")).to_have_attribute("data-layer", str(layer))
    expect(page.hook("attention-large")).to_have_attribute("data-head", str(head))


def strongest(page: Playground) -> dict[int, float]:
    """The weights that are named beside the map, by position."""
    return {int(position): weight for position, weight in numbers(page.page.locator(".strongest li"), "position", "weight")}


def shows_row(page: Playground, row: Floats) -> None:
    """The weights that are named come to be those of ``row``: they follow a press a frame later, or with an answer."""

    def shown() -> bool:
        found = strongest(page)
        return bool(found) and all(weight == pytest.approx(row[position], abs=QUANTISED) for position, weight in found.items())

    until(shown, WAIT_SECONDS, "the named weights are others")


def tip(page: Playground) -> tuple[int, int, float]:
    """From, to and weight under the crosshair."""
    start, to, weight = numbers(page.hook("map-tip"), "from", "to", "weight")[0]
    return int(start), int(to), weight


class Network:
    """What transformers makes of a text, in one plain pass."""

    def __init__(self, folder: Path, prompt: list[int], output: list[int]) -> None:
        self.start = len(prompt) - 1
        self.network: Any = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            found = self.network(torch.tensor([[*prompt, *output]]), output_attentions=True, output_hidden_states=True)
        self.logits: Floats = found.logits[0].double().numpy()  # (T, V)
        self.attention: Floats = torch.cat(found.attentions).double().numpy()  # (layers, heads, T, T)
        self.states = found.hidden_states

    def lens(self, position: int) -> Floats:
        """(L + 1, V) log-probabilities of what follows ``position``: final norm and head on every hidden state."""
        with torch.no_grad():
            between = [self.network.lm_head(self.network.model.norm(state[0, position])) for state in self.states[:-1]]
            logits = torch.stack([*between, self.network.lm_head(self.states[-1][0, position])])
            found: Floats = torch.log_softmax(logits.double(), -1).numpy()
        return found


def test_a_larger_model_is_shown_as_transformers_computes_it(page: Playground, folders: dict[str, Path], tmp_path: Path) -> None:
    prompt, output = finished(page, foreign.LARGE)
    network = Network(folders[foreign.LARGE], prompt, output)
    rows = network.logits[network.start : -1]
    choice(page, rows[STEP], output[STEP])
    attention(page, network)
    layers(page, network, output)
    what_if(page, rows, output)
    export(page, rows, output, tmp_path)
    tree(page, folders[foreign.LARGE], prompt, output)


def choice(page: Playground, logits: Floats, chosen: int) -> None:
    """The waterfall's columns, raw logits first, hold the probabilities of a plain softmax."""
    p = np.exp(logits - logits.max())
    p /= p.sum()
    best = {chosen, *np.argsort(-p)[:10].tolist()}
    until(lambda: {int(id_) for id_, *_ in candidates(page)} >= best, WAIT_SECONDS, "other candidates are shown")
    for id_, first, *_rest, last in candidates(page):
        assert [first, last] == pytest.approx([p[int(id_)]] * 2, rel=1e-3)
    order = np.lexsort((np.arange(len(p)), -p))
    below = p[order[: order.tolist().index(chosen)]].sum()
    assert [page.dice().low, page.dice().high] == pytest.approx([below, below + p[chosen]], abs=1e-4)


def believes(page: Playground, logits: Floats, chosen: int) -> None:
    """The raw probabilities alone: where ``min_tokens`` keeps out an end that is likely, the later columns are others."""
    p = np.exp(logits - logits.max())
    p /= p.sum()
    until(lambda: chosen in {int(id_) for id_, *_ in candidates(page)}, WAIT_SECONDS, "other candidates are shown")
    for id_, first, *_rest in candidates(page):
        assert first == pytest.approx(p[int(id_)], rel=1e-3)


def candidates(page: Playground) -> list[list[float]]:
    """Each candidate's id and its probability at every stage."""
    return page.page.locator('[data-testid="candidate"]').evaluate_all(  # type: ignore[no-any-return]
        """rows => rows.map(row => [row.dataset.id, ...[...row.querySelectorAll("td[data-probability]")].map(cell => cell.dataset.probability)].map(Number))"""
    )


def attention(page: Playground, network: Network) -> None:
    from_ = network.start + STEP
    page.tab("Attention")
    expect(page.page.locator("[data-layer][data-head]").first).to_be_visible()
    for layer, head in ((0, 0), (foreign.LAYERS - 1, foreign.HEADS - 1)):
        show_head(page, layer, head)
        shows_row(page, network.attention[layer, head, from_])
    page.hook("all-layers").click()
    shows_row(page, network.attention.mean((0, 1))[from_])
    page.hook("rollout").click()
    shows_row(page, rollout(network.attention[..., : from_ + 1, : from_ + 1])[from_])


def layers(page: Playground, network: Network, output: list[int]) -> None:
    page.tab("Layers")
    look(page, "lens")
    position = network.start + STEP + 1
    cells = page.page.locator(f'[data-testid="lens"] [role="gridcell"][data-position="{position}"][data-top]')
    expect(cells).to_have_count(foreign.LAYERS + 1)
    logprobs = network.lens(position - 1)
    shown = np.array(numbers(cells, "top", "probability", "rank"))
    assert shown[:, 0].tolist() == logprobs.argmax(-1).tolist()
    own = logprobs[:, output[STEP]]
    assert shown[:, 1] == pytest.approx(np.exp(own), abs=1e-4)
    assert shown[:, 2].tolist() == ((logprobs > own[:, None] + 1e-6).sum(-1) + 1).tolist()


def what_if(page: Playground, rows: Floats, output: list[int]) -> None:
    page.tab("What if")
    settled(page)
    try_out(page, "temperature", "0.8")
    try_out(page, "top_p", "0.9")
    draws = uniforms(SEED, 0, 0, len(output))
    would = [plainly(*step, temperature=0.8, top_p=0.9) for step in zip(rows, output, draws, strict=True)]
    differing = [step for step, plain in enumerate(would) if plain.token != output[step]]
    assert 1 <= len(differing) < len(output), "a run of which some tokens would differ and some would not"
    assert [step for step, kind in enumerate(kinds(page)) if kind != "same"] == differing
    page.page.locator(f'[data-cell="{differing[0]}"]').hover()
    expect(page.hook("what-if-detail")).to_have_attribute("data-would", str(would[differing[0]].token))


def export(page: Playground, rows: Floats, output: list[int], folder: Path) -> None:
    run: Any = json.loads(exported(page, "run-json", folder).read_text(encoding="utf-8"))
    logprobs = rows - np.log(np.exp(rows - rows.max(-1, keepdims=True)).sum(-1, keepdims=True)) - rows.max(-1, keepdims=True)
    assert [token["id"] for token in run["tokens"]] == output
    assert [token["logprob"] for token in run["tokens"]] == pytest.approx(logprobs[range(len(output)), output].tolist(), abs=1e-3)


def tree(page: Playground, folder: Path, prompt: list[int], output: list[int]) -> None:
    """A branch by hand: both ends carry the sum of their tokens' log-probabilities."""
    taken = menu(page, STEP, "take")
    assert taken[:STEP] == output[:STEP]
    assert taken[STEP] != output[STEP]
    page.tab("Tree")
    ends = page.hook("end")
    expect(ends).to_have_count(2)
    sums = []
    for ids in (output, taken):
        logits = torch.tensor(Network(folder, prompt, ids).logits[len(prompt) - 1 : -1])
        sums.append(float(logits.log_softmax(-1)[range(len(ids)), ids].sum()))
    until(lambda: sorted(total for (total,) in numbers(ends, "total")) == pytest.approx(sorted(sums), abs=1e-2), WAIT_SECONDS, "other sums are shown")


def test_a_sliding_window_is_shown_where_a_layer_has_one(page: Playground, folders: dict[str, Path]) -> None:
    prompt, output = finished(page, foreign.WINDOWED)
    network = Network(folders[foreign.WINDOWED], prompt, output)
    from_ = network.start + STEP
    page.tab("Attention")
    for layer, window in ((0, foreign.WINDOW), (1, None)):
        show_head(page, layer, 1)
        expect(page.page.get_by_text(f"This layer sees {foreign.WINDOW} tokens back")).to_have_count(int(window is not None))
        row = network.attention[layer, 1, from_]
        assert (row[: from_ - foreign.WINDOW + 1] == 0).all() == (window is not None)
        shows_row(page, row)
        if window is not None:
            assert min(strongest(page)) > from_ - window
    show_head(page, 0, 1)
    page.hook("attention-whole").click(force=True)
    expect(page.hook("attention-map")).to_have_attribute("data-rows", str(len(prompt) + TOKENS - 1))
    page.page.locator(".map-over").focus()
    for _ in range(STEP + 3):
        page.page.keyboard.press("ArrowUp")
    place = page.hook("map-tip")
    start, to = (int(place.get_attribute(f"data-{name}") or 0) for name in ("from", "to"))
    for _ in range(to - start):  # to the diagonal: nothing lies right of it
        page.page.keyboard.press("ArrowLeft")
    expect(place).not_to_have_attribute("data-weight", "")
    for _ in range(foreign.WINDOW + 2):
        start, to, weight = tip(page)
        assert weight == pytest.approx(network.attention[0, 1, start, to], abs=QUANTISED)
        page.page.keyboard.press("ArrowLeft")
    assert start < len(prompt) - 1
    assert start - to >= foreign.WINDOW


def test_a_window_in_every_layer_is_shown_in_every_layer(page: Playground, folders: dict[str, Path]) -> None:
    prompt, output = finished(page, foreign.MISTRAL)
    network = Network(folders[foreign.MISTRAL], prompt, output)
    from_ = network.start + STEP
    believes(page, network.logits[from_], output[STEP])
    page.tab("Attention")
    for layer, head in ((0, 0), (2, 3)):
        show_head(page, layer, head)
        expect(page.page.get_by_text(f"This layer sees {foreign.WINDOW} tokens back")).to_have_count(1)
        row = network.attention[layer, head, from_]
        assert (row[: from_ - foreign.WINDOW + 1] == 0).all()
        shows_row(page, row)
        assert min(strongest(page)) > from_ - foreign.WINDOW


def encoded(page: Playground, folder: Path, model: str, check: Callable[[Playground, Floats, int], None]) -> tuple[list[int], Floats]:
    """The text that the encoder of ``model`` read, and the rows of the selected step: columns of that text, then the decoder's own.

    ``check`` has compared the waterfall with the logits.
    """
    prompt, output = finished(page, model)
    read, begun = prompt[:-1], prompt[-1:]
    network: Any = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        found = network(input_ids=torch.tensor([read]), decoder_input_ids=torch.tensor([[*begun, *output]]), output_attentions=True)
    cross, own = (torch.cat(some).double().numpy()[..., STEP, :] for some in (found.cross_attentions, found.decoder_attentions))
    check(page, found.logits[0, STEP].double().numpy(), output[STEP])
    return read, np.concatenate([cross, own[..., : STEP + 1]], -1)  # (layers, heads, columns)


def test_bart_is_shown_as_transformers_computes_it(page: Playground, folders: dict[str, Path]) -> None:
    _, rows = encoded(page, folders[foreign.BART], foreign.BART, believes)
    page.tab("Attention")
    expect(page.page.locator(".attention")).to_contain_text("cross-attention")
    for layer, head in ((0, 1), (2, 3)):
        show_head(page, layer, head)
        shows_row(page, rows[layer, head])


def test_an_encoder_decoders_rows_are_its_cross_attention_and_then_its_own(page: Playground, folders: dict[str, Path]) -> None:
    read, rows = encoded(page, folders[foreign.ENCODING], foreign.ENCODING, choice)
    page.tab("Attention")
    expect(page.hook("rollout")).to_have_count(0)
    expect(page.page.locator(".attention")).to_contain_text("cross-attention")
    for layer, head in ((0, 1), (2, 3)):
        show_head(page, layer, head)
        shows_row(page, rows[layer, head])
    page.hook("attention-sink").click(force=True)
    rest = rows[2, 3].copy()
    for part in (slice(0, len(read)), slice(len(read), None)):
        rest[part][0] = 0
        rest[part] /= max(rest[part].sum(), 1e-12)
    shows_row(page, rest)
    page.hook("attention-sink").click(force=True)
    expect(page.hook("prompt-score")).to_have_count(0)
    for tab in ("Layers", "What if"):
        page.tab(tab)
        expect(page.page.get_by_text("Models with an encoder cannot be looked into yet.")).to_be_visible()
        expect(page.page.get_by_role("button", name="Ask again")).to_have_count(0)
    expect(page.hook("what-if-setting-temperature")).to_have_count(0)
