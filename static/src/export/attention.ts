/** What the attention pictures need of the panel's state: the row, and matrices as images. */

import { fill, gettext } from "../i18n";
import { MEAN, rowOf, weights } from "../store/attention";
import { hideFirst, promptLength, run, step, token } from "../store/view";
import { columns, large, layers, maps, pieceAt, shownHead, watched } from "../inspector/attention/state";
import { headTitle } from "../inspector/attention/titles";
import { gridPicture, headPicture } from "./pictures/attention";
import type { Palette, Picture } from "./pictures/svg";

type Drawable = { draw(target: CanvasRenderingContext2D, width: number, height: number): void };

/** The matrix with a pixel a cell, or at most so many as a screen has. */
function dataUrl(drawable: Drawable, width: number, height: number): string {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (context) drawable.draw(context, width, height);
  return canvas.toDataURL("image/png");
}

export function largePicture(palette: Palette): Picture {
  const { map } = large.value;
  const found = token.value && rowOf(token.value, shownHead.value);
  const title = `${headTitle(shownHead.value)} · ${fill(gettext("step %(step)s"), { step: step.value })}`;
  const row = found ? weights(found, hideFirst.value) : new Float32Array(1);
  const matrix = dataUrl(map, Math.min(2048, Math.max(1, map.columns)), Math.min(2048, Math.max(1, map.rows)));
  return headPicture(
    { title, row, matrix, pieceAt, promptLength: promptLength.value, step: step.value, steps: run.value.tokens.length },
    palette,
  );
}

const THUMBNAIL = 128; // pixels

export function gridOfHeads(palette: Palette): Picture {
  const names = columns.value.map((column) => (column === MEAN ? gettext("mean") : `H${column}`));
  const cells = watched.value.flatMap((head) => {
    const map = maps.value.of(head);
    return map ? [{ layer: head.layer, column: columns.value.indexOf(head.head), matrix: dataUrl(map, THUMBNAIL, THUMBNAIL) }] : [];
  });
  return gridPicture(layers.value, names, cells, palette);
}
