import { connect as connectIn } from "./client.js";

export { prompt, textOf } from "./content.js";
export { AdmiralError } from "./error.js";
export { dollars, money } from "./money.js";

/**
 * @type {typeof import("../index.d.ts").connect}
 */
export const connect = (options) => connectIn(options);
