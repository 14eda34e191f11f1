/** The port where none is said. */
const DEFAULT_PORT = 50051;

/**
 * A host and a port, as configured; nothing is looked up.
 *
 * @typedef {{ host: string, port: number }} Address
 */

/**
 * Reads `host`, `host:port`, `[ipv6]` or `[ipv6]:port`.
 *
 * @param {string} text
 * @returns {Address}
 */
export function parseAddress(text) {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]@?#]+))(?::([0-9]{1,5}))?$/.exec(String(text).trim());
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3] ?? DEFAULT_PORT);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new TypeError(
      `Address "${text}" is not host:port with a port of 1 to 65535: use 127.0.0.1:50051.`,
    );
  }
  return { host, port };
}

/**
 * Whether nothing sent there leaves this machine. A name other than localhost is not believed.
 *
 * @param {Address} address
 */
export function isLoopback({ host }) {
  return ["localhost", "::1", "0:0:0:0:0:0:0:1"].includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * @param {Address} address
 */
export function printAddress({ host, port }) {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
