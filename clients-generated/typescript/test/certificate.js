import { generateKeyPairSync, sign } from "node:crypto";

/**
 * Makes a certificate that vouches for itself, for one address or name of a server.
 *
 * @param {{ ip: number[] } | { dns: string }} subject
 * @returns {{ cert: string, key: string }} both PEM
 */
export function makeCertificate(subject) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, oid("2a8648ce3d040302"));
  const name = der(0x30, der(0x31, der(0x30, oid("550403"), der(0x0c, Buffer.from("test")))));
  const names = "ip" in subject ? der(0x87, Buffer.from(subject.ip)) : der(0x82, Buffer.from(subject.dns));
  const isAuthority = der(0x30, oid("551d13"), der(0x01, Buffer.of(0xff)), der(0x04, der(0x30, der(0x01, Buffer.of(0xff)))));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    name,
    der(0x30, der(0x17, Buffer.from("250101000000Z")), der(0x18, Buffer.from("21250101000000Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, isAuthority, der(0x30, oid("551d11"), der(0x04, der(0x30, names))))),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.of(0), signature));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

/**
 * @param {number} tag
 * @param {Uint8Array[]} contents
 */
function der(tag, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

/** @param {string} hex */
function oid(hex) {
  return der(0x06, Buffer.from(hex, "hex"));
}

/**
 * @param {string} kind
 * @param {Buffer} content
 */
function pem(kind, content) {
  return `-----BEGIN ${kind}-----\n${content.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END ${kind}-----\n`;
}
