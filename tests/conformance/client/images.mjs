// Small images, and how large an image is.

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const GIF = "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";

// Returns a PNG whose left half is red and whose right half is blue. Source: the PNG specification, 5 and 11.
export function png(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = [0];
  for (let x = 0; x < width; x += 1) row.push(...(x * 2 < width ? [255, 0, 0] : [0, 0, 255]));
  const pixels = deflateSync(Buffer.concat(Array(height).fill(Buffer.from(row))));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

// Returns a GIF of one pixel.
export function gif() {
  return Buffer.from(GIF, "base64");
}

// Returns [width, height] of a PNG or a GIF, null of anything else.
export function sizeOf(bytes) {
  if (bytes.subarray(0, 8).equals(SIGNATURE)) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (bytes.subarray(0, 3).toString() === "GIF") return [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  return null;
}
