import assert from "node:assert/strict";
import { test } from "node:test";
import { dollars } from "@admiral/optimizer";

test("dollars of any amount are exact", () => {
  for (const [units, pico, text] of /** @type {const} */ ([
    [0n, 0n, "0.00"],
    [0n, 1n, "0.000000000001"],
    [0n, 1_500_000_000n, "0.0015"],
    [1n, 0n, "1.00"],
    [-1n, -250_000_000_000n, "-1.25"],
    [9_223_372_036_854_775_807n, 999_999_999_999n, "9223372036854775807.999999999999"],
  ])) {
    assert.equal(dollars({ units, pico }), text);
  }
  assert.equal(dollars(undefined), "0.00");
});
