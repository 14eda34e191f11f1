import assert from "node:assert/strict";
import { test } from "node:test";
import { dollars } from "@admiral/optimizer";

test("dollars of any amount are exact", () => {
  for (const [pico, text] of /** @type {const} */ ([
    [0n, "0.00"],
    [1n, "0.000000000001"],
    [1_500_000_000n, "0.0015"],
    [1_000_000_000_000n, "1.00"],
    [-1_250_000_000_000n, "-1.25"],
    [9_223_372_036_854_775_807n, "9223372.036854775807"],
    [-9_223_372_036_854_775_808n, "-9223372.036854775808"],
  ])) {
    assert.equal(dollars(pico), text);
  }
});
