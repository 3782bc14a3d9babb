/** A finger that stays means what the right button means. Not every browser on a touch screen says so itself. */

const LONG_MS = 500;
const STILL = 10; // CSS pixels that it may move

/** Handlers for an element; `act` is told where, and says whether that meant something. */
export function longPress(act: (event: PointerEvent) => boolean) {
  let began: PointerEvent | null = null;
  let acted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    began = null;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      end();
      acted = false;
      if (event.pointerType !== "touch" || !event.isPrimary) return;
      began = event;
      timer = setTimeout(() => (acted = act(event)), LONG_MS);
    },
    onPointerMove: (event: PointerEvent) => {
      if (began && Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) > STILL) end();
    },
    onPointerUp: end,
    onTouchEnd: (event: TouchEvent) => {
      if (acted && event.cancelable) event.preventDefault(); // else a click follows, and takes the focus from what was opened
    },
    onClickCapture: (event: MouseEvent) => {
      if (acted) event.stopPropagation();
      acted = false;
    },
    onPointerCancel: end,
  };
}
