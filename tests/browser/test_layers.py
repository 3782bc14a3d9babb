"""The Layers panel: what it shows is what transformers and autograd make of the bundled model, and anyone can get at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Locator, expect
from transformers import AutoModelForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from playground.config import ROOT
from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
END_OF_TEXT = 0


@pytest.fixture(scope="module")
def network() -> Any:
    torch.set_num_threads(1)
    return AutoModelForCausalLM.from_pretrained(ROOT / "inference/bundled/models/main", dtype=torch.float32).eval()


def finished(page: Playground, tab: str = "Layers") -> list[int]:
    """A short run of which step 9 is selected, and the ids of prompt and output."""
    page.set("seed", "7")
    page.set("max_tokens", "24")
    page.set("min_tokens", "24")
    page.speed(None)
    output = page.run_to_end()
    prompt = page.page.locator(".prompt-tokens .token").evaluate_all(
        "tokens => tokens.map(token => Number(token.title.match(/#(\\d+)/)[1]))"
    )
    page.select(9)
    page.tab(tab)
    return [*prompt, *output]


def look(page: Playground, kind: str) -> None:
    page.page.locator(f'input[name="layers-view"][value="{kind}"]').check(force=True)


def choose(page: Playground, name: str, value: str) -> None:
    page.page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def selected(page: Playground) -> int:
    return int(page.token(9).get_attribute("data-position") or 0)


def numbers(locator: Locator, *names: str) -> list[list[float]]:
    return locator.evaluate_all(f"all => all.map(one => {list(names)!r}.map(name => Number(one.dataset[name])))")  # type: ignore[no-any-return]


def lens_by_hand(network: Any, ids: list[int]) -> NDArray[np.float64]:
    """(L + 1, V) log-probabilities of what follows ``ids``: final norm and head on every hidden state."""
    with torch.no_grad():
        states = network(torch.tensor([ids]), output_hidden_states=True).hidden_states
        between = [network.lm_head(network.model.norm(state[0, -1])) for state in states[:-1]]
        logits = torch.stack([*between, network.lm_head(states[-1][0, -1])])  # the last is behind the norm
        found: NDArray[np.float64] = torch.log_softmax(logits.double(), -1).numpy()
    return found


def test_the_lens_shows_what_norm_and_head_make_of_every_hidden_state(page: Playground, network: Any) -> None:
    ids = finished(page)
    position = selected(page)
    cells = page.page.locator(f'[data-testid="lens"] [role="gridcell"][data-position="{position}"][data-top]')
    expect(cells).to_have_count(5)
    logprobs = lens_by_hand(network, ids[:position])
    own = logprobs[:, ids[position]]
    ranks = (logprobs > own[:, None] + 1e-6).sum(-1) + 1
    shown = np.array(numbers(cells, "top", "topProbability", "probability", "rank", "entropy"))
    assert shown[:, 0].tolist() == logprobs.argmax(-1).tolist()
    assert shown[:, 1] == pytest.approx(np.exp(logprobs.max(-1)), abs=1e-4)
    assert shown[:, 2] == pytest.approx(np.exp(own), abs=1e-4)
    assert shown[:, 3].tolist() == ranks.tolist()
    assert shown[:, 4] == pytest.approx(-(np.exp(logprobs) * logprobs).sum(-1), abs=1e-3)
    settled = next((row for row in range(5) if (ranks[row:] == 1).all()), None)
    assert cells.evaluate_all("all => all.findIndex(cell => cell.dataset.settled)") == (-1 if settled is None else settled)


def test_the_lens_is_walked_with_the_arrows_and_names_its_three_best(page: Playground, network: Any) -> None:
    ids = finished(page)
    position = selected(page)
    grid, readout = page.hook("lens"), page.hook("lens-readout")
    grid.focus()
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowLeft")
    expect(grid).to_have_attribute("aria-activedescendant", f"lens-3-{position - 1}")
    expect(page.page.locator(f"#lens-3-{position - 1}")).to_be_in_viewport()
    best = np.sort(np.exp(lens_by_hand(network, ids[: position - 1])[3]))[::-1]
    expect(readout.locator(".lens-top li").first).to_contain_text(f"{100 * best[0]:.1f} %")
    expect(readout.locator(".lens-top li")).to_have_count(3)
    page.page.keyboard.press("End")
    expect(page.page.locator(f"#lens-3-{len(ids) - 1}")).to_be_in_viewport()
    page.page.keyboard.press("Enter")
    expect(page.token(23)).to_have_attribute("aria-selected", "true")
    choose(page, "lens-shows", "rank")
    expect(page.page.locator(f"#lens-4-{len(ids) - 1} .lens-number")).to_have_text("#1")


def gradient(network: Any, embeddings: torch.Tensor, score: Callable[[torch.Tensor], torch.Tensor]) -> tuple[float, torch.Tensor]:
    leaf = embeddings.clone().requires_grad_()
    value = score(network(inputs_embeds=leaf[None]).logits[0, -1])
    value.backward()
    assert leaf.grad is not None
    return float(value.detach()), leaf.grad


def scores_on_screen(page: Playground, method: str, length: int) -> NDArray[np.float64]:
    expect(page.page.locator(f'[data-testid="attribution"][data-current="true"][data-method="{method}"]')).to_be_visible()
    more = page.page.get_by_role("button", name="more")
    if more.count():
        more.click()
    rows = page.hook("speakers").get_by_role("option")
    expect(rows).to_have_count(length)
    by_position = {position: score for position, score in numbers(rows, "position", "score")}
    return np.array([by_position[position] for position in range(length)])


def test_attribution_is_what_autograd_finds(page: Playground, network: Any) -> None:
    ids = finished(page)
    position = selected(page)
    look(page, "attribution")
    table = network.get_input_embeddings().weight.detach()
    inputs, start = table[ids[:position]], table[[END_OF_TEXT] * position]

    def score(logits: torch.Tensor) -> torch.Tensor:
        return logits[ids[position]]

    value, slope = gradient(network, inputs, score)
    assert scores_on_screen(page, "gradient_x_input", position) == pytest.approx((slope * inputs).sum(-1).numpy(), abs=1e-3)
    assert float(page.hook("attribution").get_attribute("data-value") or "nan") == pytest.approx(value, abs=1e-3)
    choose(page, "attribution-method", "integrated_gradients")
    places, weights = np.polynomial.legendre.leggauss(64)
    slopes = [
        gradient(network, start + float(place + 1) / 2 * (inputs - start), score)[1] * float(weight) / 2
        for place, weight in zip(places, weights, strict=True)
    ]
    expected = (torch.stack(slopes).sum(0) * (inputs - start)).sum(-1).numpy()
    assert scores_on_screen(page, "integrated_gradients", position) == pytest.approx(expected, abs=2e-3)
    explained = value - gradient(network, start, score)[0]
    error = float(page.hook("attribution").get_attribute("data-completeness-error") or "nan")
    assert error == pytest.approx(float(expected.sum()) - explained, abs=5e-3)
    expect(page.hook("attribution")).to_contain_text("completeness error")


def test_attribution_against_another_candidate_colours_the_text(page: Playground, network: Any) -> None:
    ids = finished(page)
    position = selected(page)
    look(page, "attribution")
    rival = int(page.hook("against").locator("option").nth(1).get_attribute("value") or 0)
    page.hook("against").select_option(str(rival))
    inputs = network.get_input_embeddings().weight.detach()[ids[:position]]
    value, slope = gradient(network, inputs, lambda logits: logits[ids[position]] - logits[rival])
    expected = (slope * inputs).sum(-1).numpy()
    expect(page.hook("attribution")).to_contain_text("lead")
    expect(page.page.locator('[data-testid="attribution"][data-current="true"]')).to_be_visible()
    assert scores_on_screen(page, "gradient_x_input", position) == pytest.approx(expected, abs=2e-3)
    assert float(page.hook("attribution").get_attribute("data-value") or "nan") == pytest.approx(value, abs=1e-3)
    loudest = int(np.abs(expected).argmax())
    kind = "--for" if expected[loudest] > 0 else "--against"
    token = page.page.locator(f'.stream-text .token[data-position="{loudest}"]')
    assert float(token.evaluate(f"token => token.style.getPropertyValue('{kind}')")) == pytest.approx(1.0)
    page.hook("speakers").get_by_role("option").first.focus()
    expect(page.page.locator(".stream-text .token.lit")).to_have_attribute("data-position", str(loudest))
    page.tab("Choice")
    assert token.evaluate(f"token => token.style.getPropertyValue('{kind}')") == ""


def head_by_hand(network: Any, ids: list[int], layer: int, head: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores before softmax (T,) and weights (T,) of the last of ``ids``."""
    with torch.no_grad():
        output = network(torch.tensor([ids]), output_hidden_states=True)
        block, width = network.model.layers[layer], network.config.head_dim
        state = block.input_layernorm(output.hidden_states[layer])
        query, key = (made(state).view(1, len(ids), -1, width).transpose(1, 2) for made in (block.self_attn.q_proj, block.self_attn.k_proj))
        rotation = network.model.rotary_emb(state, torch.arange(len(ids))[None])
        query, key = apply_rotary_pos_emb(query, key, *rotation)
        per = network.config.num_attention_heads // network.config.num_key_value_heads
        scores = key[0, head // per] @ query[0, head, -1] * width**-0.5
        return scores.numpy(), torch.softmax(scores, -1).numpy()


def test_a_head_shows_its_scores_before_and_after_softmax(page: Playground, network: Any) -> None:
    ids = finished(page)
    position = selected(page)
    look(page, "head")
    page.hook("pick-layer").select_option("2")
    page.hook("pick-head").select_option("5")
    view = page.page.locator('[data-testid="head-view"][data-layer="2"][data-head="5"][data-current="true"]')
    expect(view).to_be_visible()
    expect(view).to_contain_text("scaling 0.177 = 1/√32")
    expect(view).to_contain_text("key/value head 2, shared by 2 heads")
    scores, weights = head_by_hand(network, ids[:position], 2, 5)
    shown = np.array(numbers(view.locator("tbody tr[data-position]"), "position", "score", "weight"))
    assert len(shown) >= 12
    places = shown[:, 0].astype(int)
    assert shown[:, 1] == pytest.approx(scores[places], abs=1e-3)
    assert shown[:, 2] == pytest.approx(weights[places], abs=1e-4)
    expect(page.hook("weights-sum")).to_have_text("100.0 %")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-TW")])
def test_axe_finds_nothing_in_any_view(open_page: Open, scheme: str, locale: str) -> None:
    page = open_page(color_scheme=scheme, locale=locale)
    page.speed(None)
    page.run_to_end()
    page.select(3)
    page.page.locator("#tab-layers").click()
    for kind, hook in (("lens", "lens"), ("attribution", "attribution"), ("head", "head-view")):
        look(page, kind)
        expect(page.hook(hook)).to_be_visible()
        assert violations(page) == []


def test_a_phone_shows_all_three_without_sideways_scrolling(open_page: Open) -> None:
    page = open_page(**PHONE)
    page.speed(None)
    page.run_to_end()
    page.page.locator("#tab-layers").tap()
    for kind, hook in (("lens", "lens"), ("attribution", "attribution"), ("head", "head-view")):
        look(page, kind)
        expect(page.hook(hook)).to_be_visible()
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
