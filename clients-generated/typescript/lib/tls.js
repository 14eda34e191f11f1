import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** @import { TlsOptions } from "../index.d.ts" */

/**
 * Reads the files of TLS now, so that a wrong path is told at once.
 *
 * @param {TlsOptions} options
 */
export function secureOptions({ roots, chain, key, serverName }) {
  if ((chain === undefined) !== (key === undefined)) {
    throw new TypeError("tls has only one of chain and key: a client's certificate needs both.");
  }
  const files = {
    ca: read(roots, "trusted certificates"),
    cert: read(chain, "client certificate"),
    key: read(key, "client key"),
  };
  try {
    return { secureContext: createSecureContext(files), ...(serverName === undefined ? {} : { servername: serverName }) };
  } catch (error) {
    throw new TypeError(`The files of tls cannot be used: ${/** @type {Error} */ (error).message}. They must be PEM, and the key without a password.`);
  }
}

/**
 * @param {string | undefined} file
 * @param {string} what
 */
function read(file, what) {
  try {
    return file === undefined ? undefined : readFileSync(file);
  } catch {
    throw new TypeError(`The file of the ${what}, ${file}, cannot be read: check its path and rights.`);
  }
}
