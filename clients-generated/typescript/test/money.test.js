import assert from "node:assert/strict";
import { test } from "node:test";
import { dollars, money } from "@admiral/optimizer";

/** @type {[bigint, bigint, string][]} */
const AMOUNTS = [
  [0n, 0n, "0.00"],
  [0n, 1n, "0.000000000001"],
  [0n, 1_500_000_000n, "0.0015"],
  [1n, 0n, "1.00"],
  [-1n, -250_000_000_000n, "-1.25"],
  [0n, -1n, "-0.000000000001"],
  [9_223_372_036_854_775_807n, 999_999_999_999n, "9223372036854775807.999999999999"],
];

test("dollars of any amount are exact", () => {
  for (const [units, pico, text] of AMOUNTS) {
    assert.equal(dollars({ units, pico }), text);
  }
  assert.equal(dollars(undefined), "0.00");
});

test("money is what its text says", () => {
  for (const [units, pico, text] of AMOUNTS) {
    assert.deepEqual(money(text), { currencyCode: "USD", units, pico });
  }
  assert.deepEqual(money("5"), { currencyCode: "USD", units: 5n, pico: 0n });
  assert.deepEqual(money("0.5000000000000000"), { currencyCode: "USD", units: 0n, pico: 500_000_000_000n });
});

test("money refuses what is no amount", () => {
  for (const text of ["", "five", "1e3", "1.", "٣", "1\n", /** @type {any} */ (0.05), /** @type {any} */ (undefined)]) {
    assert.throws(() => money(text), { name: "TypeError", message: /is no amount/ });
  }
  assert.throws(() => money("0.0000000000001"), { name: "RangeError", message: /more than 12 decimals/ });
  assert.throws(() => money("9223372036854775808"), { name: "RangeError", message: /more than an amount holds/ });
});
