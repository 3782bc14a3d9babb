/** What a room's page finds when its script begins: its own data, and a browser's memory that is empty. Import it before anything of the page. */

import { vi } from "vitest";

const room = {
  code: "ACDEFG",
  teacher: false,
  address: "http://here/r/ACDEFG",
  lan: null,
  qr: "/r/ACDEFG/qr.svg",
};
const boot = {
  models: [],
  schema: { properties: {}, $defs: {} },
  groups: [],
  presets: [],
  starters: [],
  example: { prompt: "", sampling: {}, watch: {}, max_tokens_per_second: null },
  speeds: [],
  limits: { max_frame_bytes: 65536, ack_window: 16, max_shown: 10 },
  room,
  socket: "/ws/rooms/ACDEFG/",
  language: "en",
  languages: [],
  version: "0",
};

const memory = (): Storage => {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  } as unknown as Storage;
};

vi.stubGlobal("document", {
  getElementById: () => ({ textContent: JSON.stringify(boot) }),
  addEventListener: () => undefined,
});
vi.stubGlobal("localStorage", memory());
vi.stubGlobal("sessionStorage", memory());
vi.stubGlobal("location", { pathname: "/r/ACDEFG", search: "", href: "http://here/r/ACDEFG", origin: "http://here" });
vi.stubGlobal("window", globalThis);
vi.stubGlobal("addEventListener", () => undefined);
vi.stubGlobal("matchMedia", () => ({
  matches: false,
  addEventListener: () => undefined,
}));
vi.stubGlobal("requestAnimationFrame", (frame: () => void) => setTimeout(frame));
vi.stubGlobal("cancelAnimationFrame", clearTimeout);
