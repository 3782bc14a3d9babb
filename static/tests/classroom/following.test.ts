import "./place";
import { signal, type Signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { following, followingAlong, look, telling } from "../../src/classroom/following";
import type { Looked } from "../../src/classroom/glance";
import { looked } from "../../src/classroom/looking";
import { head, picked, tab } from "../../src/store/view";

const end: (() => void)[] = [];
let told: Looked[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  look({ picked: null, tab: "choice", layer: 0, head: 0 });
  following.value = true;
});
afterEach(() => {
  end.splice(0).forEach((stop) => stop());
  vi.useRealTimers();
});

const tell = (wanted = (): boolean => true): void => void end.push(telling((view) => told.push(view), wanted));
const follow = (view: Signal<{ view: Looked } | null>): void => void end.push(followingAlong(view));

it("tells a moving hand once in a while, and where it came to rest", () => {
  tell();
  for (const step of [1, 2, 3]) picked.value = step;
  expect(told).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(told.map((view) => view.picked)).toEqual([3]);
});

it("tells nothing twice", () => {
  tell();
  vi.advanceTimersByTime(200);
  picked.value = 4;
  picked.value = null; // back where it was
  vi.advanceTimersByTime(200);
  expect(told).toHaveLength(1);
});

it("tells all of it anew once it is wanted again", () => {
  const wanted = signal(true);
  tell(() => wanted.value);
  vi.advanceTimersByTime(200);
  wanted.value = false;
  wanted.value = true;
  vi.advanceTimersByTime(200);
  expect(told).toHaveLength(2);
  expect(told[1]).toEqual(told[0]);
});

it("looks where the teacher does, and passes over what this page does not know", () => {
  const view = signal<{ view: Looked } | null>(null);
  follow(view);
  view.value = {
    view: { picked: 5, tab: "layers", layer: 2, head: 1, hologram: true },
  };
  expect([picked.value, tab.value, head.value]).toEqual([5, "layers", { layer: 2, head: 1 }]);
  expect(looked.value).not.toHaveProperty("hologram");
  expect(following.value).toBe(true);
});

it("stops following by a hand of one's own, and returns to where the teacher is by now", () => {
  const view = signal<{ view: Looked } | null>({ view: { picked: 5 } });
  follow(view);
  picked.value = 1;
  expect(following.value).toBe(false);
  view.value = { view: { picked: 6, tab: "timing" } };
  expect([picked.value, tab.value]).toEqual([1, "choice"]);
  following.value = true;
  expect([picked.value, tab.value, following.value]).toEqual([6, "timing", true]);
});

it("takes a layer and a head over together or not at all", () => {
  look({ layer: 3 });
  expect(head.value).toEqual({ layer: 0, head: 0 });
});
