/** What the attention pictures need of the panel's state: the row, and the maps as images, as they are on the screen. */

import { fill, gettext } from "../i18n";
import { paintRows } from "../draw/raster";
import { Shades } from "../draw/ramp";
import { GridPainter } from "../inspector/attention/gridPainter";
import { thumbnails } from "../inspector/attention/Grid";
import { view } from "../inspector/attention/mapState";
import { byWords, columns, looking, pieceOf, selectedRow, shownHead, unitAt, unitOf, unitRow, watched } from "../inspector/attention/state";
import { headTitle } from "../inspector/attention/titles";
import { sameHead, MEAN } from "../store/attention";
import { hideFirst, promptLength, step } from "../store/view";
import { isDark } from "../theming";
import { gridPicture, headPicture } from "./pictures/attention";
import type { Palette, Picture } from "./pictures/svg";

const MOST = 2048; // pixels to a side: a pixel a cell, or at most so many as a screen has

function dataUrl(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): string {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (context) draw(context);
  return canvas.toDataURL("image/png");
}

/** The part of the map that is in view. */
function mapUrl(): string {
  const { columns: across, rows: down } = view.value;
  const side = (cells: number): number => Math.min(MOST, Math.max(1, Math.ceil(cells)));
  return dataUrl(side(across), side(down), (context) => {
    const { width, height } = context.canvas;
    const image = new ImageData(width, height);
    paintRows(new Uint32Array(image.data.buffer), width, height, view.value, { line: unitRow }, new Shades(isDark.value));
    context.putImageData(image, 0, 0);
  });
}

export function largePicture(palette: Palette): Picture {
  const { y, rows } = view.value;
  return headPicture(
    {
      title: [headTitle(shownHead.value), fill(gettext("step %(step)s"), { step: step.value }), ...manners()].join(" · "),
      row: selectedRow.value ?? new Float32Array(1),
      matrix: mapUrl(),
      pieceAt: (unit) => pieceOf(unitAt(unit)),
      promptLength: Math.max(0, unitOf(promptLength.value)),
      mark: { from: (unitOf(looking.value) - y) / rows, size: 1 / rows },
    },
    palette,
  );
}

const manners = (): string[] => [
  ...(hideFirst.value ? [gettext("without the first token")] : []),
  ...(byWords.value ? [gettext("by words")] : []),
];

const THUMBNAIL = 128; // pixels

export function gridOfHeads(palette: Palette): Picture {
  const names = columns.value.map((column) => (column === MEAN ? gettext("mean") : `H${column}`));
  const all = thumbnails();
  const painter = new GridPainter();
  const lattice = { width: THUMBNAIL, height: THUMBNAIL, right: THUMBNAIL, below: THUMBNAIL };
  const cells = watched.value.map((head) => ({
    layer: head.layer,
    column: columns.value.indexOf(head.head),
    matrix: dataUrl(THUMBNAIL, THUMBNAIL, (context) =>
      painter.paint(
        context,
        lattice,
        { ...all, heads: all.heads.filter((other) => sameHead(other, head)), layers: [head.layer], columns: [head.head] },
        new Shades(isDark.value),
        0,
      ),
    ),
  }));
  return gridPicture(all.layers.slice(), names, cells, palette);
}
