const DECIMALS = 12;
const MOST_UNITS = 2n ** 63n - 1n;
const PICO = 1_000_000_000_000n;

/**
 * @type {typeof import("../index.d.ts").dollars}
 */
export function dollars(amount) {
  const pico = (amount?.units ?? 0n) * PICO + (amount?.pico ?? 0n);
  const size = pico < 0n ? -pico : pico;
  const fraction = (size % PICO).toString().padStart(12, "0").replace(/0+$/, "");
  return `${pico < 0n ? "-" : ""}${size / PICO}.${fraction.padEnd(2, "0")}`;
}

/**
 * @type {typeof import("../index.d.ts").money}
 */
export function money(text) {
  const plain = typeof text === "string" ? /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) : null;
  if (plain === null) {
    throw new TypeError(`${JSON.stringify(text)} is no amount: use the text of a decimal number, such as "0.05".`);
  }
  const sign = plain[1] ? -1n : 1n;
  const units = BigInt(plain[2] ?? "");
  const decimals = (plain[3] ?? "").replace(/0+$/, "");
  if (decimals.length > DECIMALS) {
    throw new RangeError(`${text} dollars have more than ${DECIMALS} decimals.`);
  }
  if (units > MOST_UNITS) {
    throw new RangeError(`${text} dollars are more than an amount holds.`);
  }
  return { currencyCode: "USD", units: sign * units, pico: sign * BigInt(decimals.padEnd(DECIMALS, "0")) };
}
