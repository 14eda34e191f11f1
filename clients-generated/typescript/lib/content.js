import { Role } from "../gen/v1.js";

/** @import { Question } from "../index.d.ts" */

/**
 * @type {typeof import("../index.d.ts").prompt}
 */
export function prompt(model, text, instructions) {
  const messages = [message(Role.USER, text)];
  if (instructions !== undefined) {
    messages.unshift(message(Role.SYSTEM, instructions));
  }
  return { model, messages };
}

/**
 * @type {typeof import("../index.d.ts").textOf}
 */
export function textOf(answer) {
  let text = "";
  for (const { kind } of answer.completion?.message?.parts ?? []) {
    if (kind.case === "text") {
      text += kind.value.text;
    }
  }
  return text;
}

/**
 * @param {Role} role
 * @param {string} text
 * @returns {Question["messages"][number]}
 */
function message(role, text) {
  return { role, parts: [{ kind: { case: "text", value: { text } } }] };
}
