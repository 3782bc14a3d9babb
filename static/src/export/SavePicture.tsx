/** Two small buttons beside a picture: save it as SVG, save it as PNG. */

import { fill, gettext } from "../i18n";
import { run } from "../store/view";
import { palette } from "./palette";
import { file, type Palette, type Picture } from "./pictures/svg";
import { png } from "./png";
import { fileName, save } from "./save";

interface SavePictureProps {
  what: string; // in the file's name
  title: string; // what a screen reader hears
  step?: number | undefined;
  draw: (palette: Palette) => Picture;
}

export function SavePicture({ what, title, step, draw }: SavePictureProps) {
  const asSvg = () => {
    const colours = palette();
    const picture = draw(colours);
    return { ...picture, svg: file(picture, colours) };
  };
  const saveSvg = () => save(fileName(run.value, what, "svg", step), asSvg().svg, "image/svg+xml");
  const savePng = async () => {
    const { svg, width, height } = asSvg();
    save(fileName(run.value, what, "png", step), await png(svg, width, height), "image/png");
  };
  return (
    <span class="save" role="group" aria-label={fill(gettext("Save picture: %(title)s"), { title })}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2v8m-3-3 3 3 3-3M2.5 11v2.5h11V11" />
      </svg>
      <button type="button" data-testid={`save-${what}-svg`} aria-label={fill(gettext("%(title)s as SVG"), { title })} onClick={saveSvg}>
        SVG
      </button>
      <button
        type="button"
        data-testid={`save-${what}-png`}
        aria-label={fill(gettext("%(title)s as PNG"), { title })}
        onClick={() => void savePng()}
      >
        PNG
      </button>
    </span>
  );
}
