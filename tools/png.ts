// A PNG of a browser, made small: at most 256 colours, one byte a pixel. Knows the format (https://www.w3.org/TR/png-3/); does not know the picture.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** The pixels of a PNG as Chromium writes them: 8 bits a channel, RGB or RGBA, not interlaced. */
const read = (png: Uint8Array): { width: number; height: number; channels: number; bytes: Buffer } => {
  const file = Buffer.from(png);
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const channels = { 2: 3, 6: 4 }[file[25] ?? 0];
  if (file[24] !== 8 || !channels || file[28] !== 0) throw new Error('This is a PNG of another kind.');
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * channels;
  const bytes = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      const left = x < channels ? 0 : (bytes[y * row + x - channels] ?? 0);
      const up = y === 0 ? 0 : (bytes[(y - 1) * row + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (bytes[(y - 1) * row + x - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter ?? 0] ?? 0;
      bytes[y * row + x] = (raw[y * (row + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return { width, height, channels, bytes };
};

/** The Paeth predictor. */
const nearest = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
};

const chunk = (type: string, body: Buffer): Buffer => {
  const whole = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.alloc(whole.length + 8);
  out.writeUInt32BE(body.length, 0);
  whole.copy(out, 4);
  out.writeUInt32BE(crc32(whole), whole.length + 4);
  return out;
};

const distance = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);

/** The same picture with a palette of its 256 most frequent colours; a rarer one becomes the nearest of them. */
export const indexed = (png: Uint8Array): Buffer => {
  const { width, height, channels, bytes } = read(png);
  const pixels = Uint32Array.from({ length: width * height }, (_, at) => bytes.readUIntBE(at * channels, 3));
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([colour]) => colour)
    .slice(0, 256);
  const places = new Map(palette.map((colour, at) => [colour, at]));
  const placeOf = (colour: number): number => {
    const known = places.get(colour);
    if (known !== undefined) return known;
    const near = palette.reduce((best, other) => (distance(other, colour) < distance(best, colour) ? other : best));
    const found = places.get(near) ?? 0;
    places.set(colour, found);
    return found;
  };
  const rows = Buffer.alloc((width + 1) * height);
  pixels.forEach((colour, at) => {
    rows[at + Math.floor(at / width) + 1] = placeOf(colour);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, with a palette.
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const body = [chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...body, chunk('IEND', Buffer.alloc(0))]);
};
