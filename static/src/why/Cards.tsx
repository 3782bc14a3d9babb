/** The card beside the token that is pointed at, and the pinned ones side by side. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fill, gettext } from "../i18n";
import { run } from "../store/view";
import { label } from "../tokens/pieces";
import { Card } from "./Card";
import { placeOf, type Place } from "./place";
import { close, hover, keep, later, pin, pinned, soon } from "./state";

export function Cards() {
  useEffect(listen, []);
  return (
    <>
      <Pinned />
      <Beside />
    </>
  );
}

const titled = (piece: Uint8Array): string => fill(gettext("Why %(token)s"), { token: label(piece) });

function Beside() {
  const element = useRef<HTMLElement>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const at = hover.value;
  const token = at && run.value.tokens[at.step];
  useLayoutEffect(() => {
    if (!at || !element.current) return setPlace(null);
    const { offsetWidth: width, scrollHeight: height } = element.current;
    setPlace(placeOf(at.element.getBoundingClientRect(), { width, height: height + 2 }, { width: innerWidth, height: innerHeight }));
  }, [at]);
  if (!at || !token || !at.element.isConnected || pinned.value.includes(at.step)) return null;
  return (
    <section
      class="why-card beside"
      ref={element}
      aria-label={titled(token.piece)}
      data-testid="why"
      data-step={token.step}
      style={place ? { left: `${place.left}px`, top: `${place.top}px`, maxHeight: `${place.height}px` } : { visibility: "hidden" }}
      onPointerEnter={keep}
      onPointerLeave={later}
    >
      <Card key={token.step} token={token} />
    </section>
  );
}

function Pinned() {
  const tokens = pinned.value.flatMap((step) => run.value.tokens[step] ?? []);
  if (tokens.length === 0) return null;
  return (
    <div
      class="why-dock"
      role="region"
      aria-label={gettext("Pinned cards")}
      onKeyDown={(event) => event.key === "Escape" && pinned.value.forEach(pin)}
    >
      {tokens.map((token) => (
        <section class="why-card" key={token.step} aria-label={titled(token.piece)} data-testid="why-pinned" data-step={token.step}>
          <Card token={token} />
        </section>
      ))}
    </div>
  );
}

const tokenAt = ({ target }: Event): HTMLElement | null =>
  (target as Element | null)?.closest?.<HTMLElement>(".output-tokens [data-step]") ?? null;

/** Tokens are drawn outside of components, so the page listens for them. A touch selects; its card is opened by the button of the selection. */
function listen(): () => void {
  const over = (event: PointerEvent) => {
    const element = event.pointerType === "touch" ? null : tokenAt(event);
    if (element) soon({ step: Number(element.dataset.step), element });
    else if (!(event.target as Element | null)?.closest?.(".why-card")) later();
  };
  const focused = (event: FocusEvent) => {
    const element = tokenAt(event);
    if (element?.matches(":focus-visible")) soon({ step: Number(element.dataset.step), element });
  };
  const key = (event: KeyboardEvent) => event.key === "Escape" && close();
  const touched = (event: Event) => !(event.target as Element | null)?.closest?.(".why-card") && close();
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", focused);
  document.addEventListener("keydown", key, true);
  document.addEventListener("scroll", touched, true);
  document.addEventListener("pointerdown", touched);
  return () => {
    document.removeEventListener("pointerover", over);
    document.removeEventListener("focusin", focused);
    document.removeEventListener("keydown", key, true);
    document.removeEventListener("scroll", touched, true);
    document.removeEventListener("pointerdown", touched);
  };
}
