/** A vector as one row of coloured cells. */

import { useEffect, useRef } from "preact/hooks";
import { diverging, levelOf } from "../../draw/diverging";
import { isDark } from "../../theming";

interface StripProps {
  vector: Float32Array;
  most: number; // the size that has the full colour, the same for all vectors that are compared
  label?: string; // for screen readers; a strip in a table needs none
}

/** One pixel a number, stretched by the style sheet. */
export function Strip({ vector, most, label }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = isDark.value;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context || !vector.length) return;
    canvas.current.width = vector.length;
    canvas.current.height = 1;
    const image = new ImageData(vector.length, 1);
    const ramp = diverging(dark);
    vector.forEach((value, k) => image.data.set(ramp.subarray(levelOf(value, most), levelOf(value, most) + 4), k * 4));
    context.putImageData(image, 0, 0);
  }, [vector, most, dark]);
  const role = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": "true" } as const);
  return <canvas class="strip" ref={canvas} {...role} />;
}
