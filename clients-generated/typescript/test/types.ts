// Compiled and never run: what index.d.ts promises is what lib is, and the other way round.
import * as promised from "@admiral/optimizer";
import type * as made from "../lib/index.js";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Functions<M> = Omit<M, "AdmiralError">;

export const functions: Same<Functions<typeof promised>, Functions<typeof made>> = true;
export const errors: Same<promised.AdmiralError, made.AdmiralError> = true;

export async function reads(admiral: promised.Admiral): Promise<bigint> {
  for await (const { event } of admiral.optimizer.stream({ prompt: { model: "fast" } })) {
    if (event.case === "finished") {
      return event.value.cost?.chargedAmount?.units ?? 0n;
    }
  }
  const { entries } = await admiral.ledger.listEntries({}, { signal: AbortSignal.timeout(1), deadlineMs: 1 });
  await admiral.optimizer.complete({ prompt: { ...promised.prompt("fast", "hi"), tools: [{ kind: { case: "function", value: { name: "clock" } } }] } });
  await admiral.optimizer.complete({ prompt: promised.prompt("fast", "hi"), options: { routing: { maxCost: promised.money("0.05") } } });
  // @ts-expect-error A method that the contract does not have.
  await admiral.ledger.stream({});
  // @ts-expect-error A request with a field that the contract does not have.
  await admiral.optimizer.complete({ promt: {} });
  return BigInt(entries.length);
}
