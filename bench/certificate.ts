// A key and a certificate that it signs itself, for one run of a local HTTPS server: browsers speak HTTP/2 only so.
// Knows X.509 as far as a browser reads that is told to trust it; does not know servers.
import { generateKeyPairSync, sign } from 'node:crypto';

/** One value of DER (ITU-T X.690). */
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));
const number = (value: number): Buffer => der(0x02, Buffer.from([value]));
/** Year 2026 as `261122…Z`. */
const time = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const DAY = 86_400_000;
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758). */
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
/** Common name (2.5.4.3): localhost. */
const NAME = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from('localhost')))));

const pem = (name: string, bytes: Uint8Array): string =>
  `-----BEGIN ${name}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${name}-----\n`;

/** Valid from yesterday to tomorrow. */
export const makeCertificate = (): { key: string; cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const signed = sequence(
    der(0xa0, number(2)),
    number(1),
    ECDSA_SHA256,
    NAME,
    sequence(time(new Date(now - DAY)), time(new Date(now + DAY))),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', signed, privateKey);
  const certificate = sequence(signed, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  return {
    key: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
    cert: pem('CERTIFICATE', certificate),
  };
};
