/** A beam search as it unfolds: what every step considered, kept, let go and finished, and the numbers that decided. */

import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { beamsPicture } from "../../export/pictures/beams";
import { SavePicture } from "../../export/SavePicture";
import { gettext } from "../../i18n";
import { score } from "../../numbers";
import { CELL, edge, extentOf, HEAD, isOn, neighbourOf, ROW, stepsIn, xOf, yOf } from "./beamPlan";
import { best, candidateAt, isSame, line, penaltyOf, type Search, type Spot } from "./beams";
import { Plane, zoomKey, ZoomButtons, type Sight } from "./Plane";
import { search as shown } from "./state";
import { fateText, numbersText, pieceText } from "./beamWords";

const EDGE = 24; // CSS pixels from the right edge that count as being there

export function BeamTree() {
  const { search, hypotheses } = shown.value;
  const zoom = useSignal(1);
  const spot = useSignal<Spot | null>(null);
  const leads = useMemo(() => {
    const last = best(search, hypotheses);
    return last ? line(search, last) : [];
  }, [search, hypotheses]);
  const { width, height } = extentOf(search);
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (following.current) frame.current?.scrollTo({ left: frame.current.scrollWidth });
  }, [width, zoom.value]);
  const looked = spot.value && candidateAt(search, spot.value) ? spot.value : (leads.at(-1) ?? null);
  const scrolled = (each: HTMLElement) => (following.current = each.scrollLeft + each.clientWidth >= each.scrollWidth - EDGE);
  return (
    <section class="beam-tree" aria-label={gettext("Beam search")}>
      <div class="controls">
        <h3>{gettext("Beam search")}</h3>
        <span class="tree-tools">
          <ZoomButtons zoom={zoom} fit={() => (frame.current?.clientWidth ?? width) / width} />
          <SavePicture what="beams" title={gettext("Beam search")} draw={(palette) => beamsPicture(search, leads, palette)} />
        </span>
      </div>
      <p class="quiet tree-help">
        {gettext(
          "A column a step, the best sum first. Solid: kept. Flag: finished. Struck out: let go. The bold line leads. The number is the sum.",
        )}
      </p>
      <Plane width={width} height={height} zoom={zoom} hook="beam-tree" frame={frame} onScroll={scrolled}>
        {(sight) => <Drawn search={search} leads={leads} sight={sight} spot={spot} looked={looked} zoom={zoom} />}
      </Plane>
      {looked && <Readout search={search} spot={looked} />}
    </section>
  );
}

interface DrawnProps {
  search: Search;
  leads: readonly Spot[];
  sight: Sight;
  spot: Signal<Spot | null>;
  looked: Spot | null;
  zoom: Signal<number>;
}

function Drawn({ search, leads, sight, spot, looked, zoom }: DrawnProps) {
  const { width, height } = extentOf(search);
  const picture = useRef<SVGSVGElement>(null);
  const moved = useRef(false);
  useLayoutEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    const element = picture.current?.querySelector<SVGElement>('[tabindex="0"]');
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [looked?.step, looked?.place]);
  const keyDown = (event: KeyboardEvent) => {
    if (!looked || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = neighbourOf(search, looked, event.key);
    if (to) [spot.value, moved.current] = [to, true];
    else if (!zoomKey(event, zoom) && !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const steps = stepsIn(search, sight.left, sight.right);
  if (looked && !steps.includes(looked.step)) steps.push(looked.step); // what has the focus stays
  const spots = steps.flatMap((step) => search[step]?.candidates.map((_, place) => ({ step, place })) ?? []);
  return (
    <svg
      class="tree-picture"
      width={width}
      height={height}
      role="tree"
      aria-label={gettext("Beam search")}
      ref={picture}
      onKeyDown={keyDown}
    >
      <g aria-hidden="true">
        {steps.map((step) => (
          <text key={step} class="beam-step" x={xOf(step)} y={HEAD - 8}>
            {step}
          </text>
        ))}
        {spots.map((each) => (
          <Edge key={`${each.step}:${each.place}`} search={search} spot={each} leads={leads} />
        ))}
      </g>
      {spots.map((each) => (
        <Cell
          key={`${each.step}:${each.place}`}
          search={search}
          spot={each}
          leads={leads}
          isHere={isSame(each, looked)}
          look={() => (spot.value = each)}
        />
      ))}
    </svg>
  );
}

function Edge({ search, spot, leads }: { search: Search; spot: Spot; leads: readonly Spot[] }) {
  const path = edge(search, spot);
  const fate = candidateAt(search, spot)?.fate;
  return path ? <path class={`beam-edge ${fate}${isOn(leads, spot) ? " leads" : ""}`} d={path} /> : null;
}

interface CellProps {
  search: Search;
  spot: Spot;
  leads: readonly Spot[];
  isHere: boolean;
  look: () => void;
}

function Cell({ search, spot, leads, isHere, look }: CellProps) {
  const candidate = candidateAt(search, spot);
  if (!candidate) return null;
  const leading = isOn(leads, spot);
  return (
    <g
      role="treeitem"
      class={["beam-cell", candidate.fate, leading && "leads", isHere && "looked"].filter(Boolean).join(" ")}
      transform={`translate(${xOf(spot.step)} ${yOf(spot.place)})`}
      tabindex={isHere ? 0 : -1}
      aria-level={spot.step + 1}
      aria-posinset={spot.place + 1}
      aria-setsize={search[spot.step]?.candidates.length}
      aria-selected={leading}
      aria-description={`${fateText(search, spot)} ${numbersText(search, spot)}`}
      data-testid="beam"
      data-step={spot.step}
      data-fate={candidate.fate}
      data-id={candidate.id}
      data-parent={candidate.parent}
      data-beam={candidate.beam}
      data-total={candidate.total}
      onPointerEnter={look}
      onClick={look}
      onFocus={look}
    >
      <rect class="beam-ground" x={0} y={2} width={CELL} height={ROW - 4} rx={4} />
      <text class="beam-text" x={6} y={ROW - 9} lang="" xml:space="preserve">
        {pieceText(candidate, 8)}
      </text>
      <text class="beam-total" x={CELL - 6} y={ROW - 9} text-anchor="end">
        {score(candidate.total)}
      </text>
      {candidate.fate === "finished" && <path class="beam-flag" d={`M${CELL + 4} ${ROW - 5}V5l8 4-8 4`} />}
      {candidate.fate === "pruned" && <path class="beam-cross" d={`M4 ${ROW / 2}H${CELL - 4}`} />}
    </g>
  );
}

/** The numbers that decided over one candidate, in a place of its own: nothing jumps. */
function Readout({ search, spot }: { search: Search; spot: Spot }) {
  const candidate = candidateAt(search, spot);
  if (!candidate) return null;
  return (
    <p
      class="beam-readout"
      data-testid="beam-readout"
      data-total={candidate.total}
      data-score={candidate.score}
      data-length={spot.step + 1}
      data-penalty={penaltyOf(search) ?? undefined}
      data-logprob={candidate.logprob}
    >
      <strong class="beam-token" lang="">
        {pieceText(candidate)}
      </strong>{" "}
      <span>{fateText(search, spot)}</span> <span class="quiet">{numbersText(search, spot)}</span>
    </p>
  );
}
