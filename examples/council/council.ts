// Puts a question to several models at once every three hours, has another model judge their answers without
// knowing whose they are, and reports what it found: LearningQuery sums up who serves for what. See ../README.md.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AdmiralError, connect, dollars, prompt, textOf, type Admiral } from "@admiral/optimizer";
import { Source, Verdict, type CompleteResponse, type Money } from "@admiral/optimizer/v1";

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const QUESTIONS = [
  "Should a service that polls an API each second be moved to webhooks? Name the strongest reason for and against.",
  "A nightly job takes nine hours of its ten. Rewrite it, split it, or buy a larger machine?",
  "Two teams edit one configuration file and break each other weekly. What would you change first?",
  "A cache gives stale prices to 0.1 % of buyers. Is a shorter time to live, or invalidation, the better cure?",
  "The error budget of the month is spent on day 12. What stops, what goes on?",
  "Is it time to drop support for clients two years old, if they are 3 % of calls?",
  "Logs cost more than the machines they are about. What is cut, and how is it known that nothing is missed?",
  "An agent's answers got worse after a model was replaced. How do you prove it, and what do you do meanwhile?",
];
const JUDGE = "You judge answers by one measure: would an engineer act on them? Score each from 0 to 1; good means 0.5 or more.";

const { agent, address, models, judge, rounds, pauseMs } = settings();
const keyFile = process.env["ADMIRAL_KEY_FILE"];
const admiral = connect({
  address,
  key: keyFile === undefined ? process.env["ADMIRAL_KEY"] : readFileSync(keyFile, "utf8").trim(),
  agent,
  group: "council",
  deadlineMs: 120_000,
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stop.abort());
}

try {
  const begun = performance.now();
  for (let round = 0; round < rounds; round++) {
    await sleep(Math.max(0, begun + round * pauseMs - performance.now()), undefined, { signal: stop.signal });
    console.log(`${agent} ${await session(admiral, QUESTIONS[round % QUESTIONS.length] ?? "", round)}`);
  }
} catch (error) {
  if (!stop.signal.aborted) {
    throw error;
  }
} finally {
  admiral.close();
}

/** An amount in 1e-12 dollars. */
function pico(amount: Money | undefined): bigint {
  return (amount?.units ?? 0n) * 1_000_000_000_000n + (amount?.pico ?? 0n);
}

/** Asks all, has them judged, reports, and tells it in a line. */
async function session(client: Admiral, question: string, round: number): Promise<string> {
  const asked = await Promise.allSettled(models.map((model) => ask(client, model, question)));
  const answers = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = asked.flatMap((one, i) => (one.status === "rejected" ? [`${models[i]}: ${why(one.reason)}`] : []));
  let paid = answers.reduce((sum, answer) => sum + pico(answer.cost?.chargedAmount), 0n);
  const told: string[] = [];
  try {
    if (answers.length === 0) {
      return `round ${round + 1}: nobody answered: ${failed.join(", ")}`;
    }
    const judged = await ask(client, judge, ballot(question, answers), answers.map((_, i) => letter(i)));
    paid += pico(judged.cost?.chargedAmount);
    const scores = JSON.parse(textOf(judged)) as Record<string, number>;
    for (const [i, answer] of answers.entries()) {
      const score = scores[letter(i)] ?? 0;
      const verdict = score >= 0.5 ? Verdict.GOOD : Verdict.BAD;
      await client.optimizer.reportOutcome({ callId: answer.callId, verdict, score }, { signal: stop.signal });
      const from = Source[answer.served?.source ?? 0]?.toLowerCase();
      told.push(`${answer.provider}/${answer.model} ${Verdict[verdict]?.toLowerCase()} ${score.toFixed(2)} (${from})`);
    }
  } catch (error) {
    failed.push(`judge ${judge}: ${why(error)}`);
  }
  return `round ${round + 1}: ${[...told, ...failed].join(", ")}; $${dollars({ units: 0n, pico: paid })}`;
}

/** Asks, and asks again as often as the server names a wait; with letters, for a score of each. */
async function ask(client: Admiral, model: string, text: string, letters?: string[]): Promise<CompleteResponse> {
  const asked =
    letters === undefined
      ? prompt(model, text)
      : { ...prompt(model, text, JUDGE), responseFormat: form(letters) };
  for (;;) {
    try {
      const options = { taskType: letters === undefined ? "council" : "judge" };
      return await client.optimizer.complete({ prompt: asked, options }, { signal: stop.signal });
    } catch (error) {
      if (!(error instanceof AdmiralError) || error.retryAfterMs === undefined) {
        throw error;
      }
      await sleep(error.retryAfterMs, undefined, { signal: stop.signal });
    }
  }
}

function ballot(question: string, answers: CompleteResponse[]): string {
  return [question, ...answers.map((answer, i) => `Answer ${letter(i)}:\n${textOf(answer)}`)].join("\n\n");
}

function form(letters: string[]) {
  const properties = Object.fromEntries(letters.map((one) => [one, { type: "number", minimum: 0, maximum: 1 }]));
  const schema = { type: "object", properties, required: letters, additionalProperties: false };
  return { kind: { case: "jsonSchema" as const, value: { name: "scores", schemaJson: JSON.stringify(schema) } } };
}

function letter(i: number): string {
  return String.fromCharCode("A".charCodeAt(0) + i);
}

/** The sentence that tells a failure; what is no failure of a call ends the agent. */
function why(error: unknown): string {
  if (error instanceof AdmiralError) {
    return error.message;
  }
  throw error;
}

/** Reads the command line; what is wrong with it ends the agent in a sentence. */
function settings() {
  try {
    const { values: chosen } = parseArgs({
      options: {
        address: { type: "string", default: process.env["ADMIRAL_ADDRESS"] ?? "127.0.0.1:50051" },
        agent: { type: "string", default: "council" },
        models: { type: "string", default: "fast,cheap,smart" },
        judge: { type: "string", default: "smart" },
        every: { type: "string", default: "3h" },
        once: { type: "boolean", default: false },
        day: { type: "string" },
      },
    });
    const models = chosen.models.split(",");
    const daySeconds = chosen.day === undefined ? undefined : Number(chosen.day);
    if (models.length > 26 || (daySeconds !== undefined && !(daySeconds > 0))) {
      throw new RangeError("--models takes at most 26 models, and --day the seconds that a day shall take");
    }
    const everyMs = milliseconds(chosen.every);
    const rounds = chosen.once ? 1 : daySeconds === undefined ? Infinity : Math.floor(DAY_MS / everyMs);
    const pauseMs = daySeconds === undefined ? everyMs : (everyMs / DAY_MS) * daySeconds * 1_000;
    return { ...chosen, models, rounds, pauseMs };
  } catch (error) {
    console.error(`council: ${error instanceof Error ? error.message : String(error)}`);
    return process.exit(64);
  }
}

function milliseconds(text: string): number {
  const [, number, unit] = /^([1-9][0-9]*)([smh])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new RangeError(`--every ${text} is not a time such as 30s, 10m or 3h`);
  }
  return Number(number) * (UNITS[unit] ?? 0);
}
