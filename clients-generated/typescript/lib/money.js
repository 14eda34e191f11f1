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
