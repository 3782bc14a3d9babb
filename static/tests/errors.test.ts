/** Refusals as sentences. */

import { expect, it } from "vitest";
import { sentence } from "../src/errors";

const error = (code: string, value: string, bound: string) => ({ code, message: code, field: null, value, bound });

it("writes amounts as amounts are written elsewhere, and ids and texts as they are", () => {
  expect(sentence(error("prompt_too_long", "6003", "< 1024"))).toContain(
    "6,003 tokens, more than the model's context can hold together with an answer (< 1,024)",
  );
  expect(sentence(error("unknown_token", "99999", "< 4096"))).toBe("The model has no token 99999 (< 4096).");
  expect(sentence(error("setting_twice", "1234.5", ""))).toBe("The value 1234.5 is there twice.");
});
