/**
 * Reads the head of a picture for a letterhead: a PNG (ISO/IEC 15948) or a baseline JPEG (ITU-T T.81) of a bounded size, and of the kinds
 * that a PDF for archives may hold. The rest of the file is not looked at.
 */
import type { LogoType } from './source';

export interface LogoHead {
  readonly mediaType: LogoType;
  readonly width: number;
  readonly height: number;
}

/** A letterhead is printed at 6 cm; 100 KB are plenty, and every document of the entity holds them. */
export const logoBytesMax = 100_000;
/** Opened, a picture takes four bytes for each point. */
const sideMax = 2_000;

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const startsWith = (bytes: Uint8Array, head: readonly number[]): boolean =>
  head.every((byte, index) => bytes[index] === byte);

const short = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const long = (bytes: Uint8Array, at: number): number => short(bytes, at) * 65_536 + short(bytes, at + 2);

/** IHDR is always the first chunk: width, height, bits, color, compression, filter, interlace. */
function readPng(bytes: Uint8Array): LogoHead | string {
  if (bytes.length < 33) return 'is no whole PNG';
  if (bytes[24] !== 8) return 'must have 8 bits per channel';
  if (bytes[28] !== 0) return 'must not be interlaced';
  return { mediaType: 'image/png', width: long(bytes, 16), height: long(bytes, 20) };
}

/** Start of frame: 0xC0 to 0xCF without the markers of tables, extensions and arithmetic coding. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Walks the segments to the frame's head: precision, height, width, number of components. */
function readJpeg(bytes: Uint8Array): LogoHead | string {
  for (let at = 2; at + 9 < bytes.length; at += 2 + short(bytes, at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || short(bytes, at + 2) < 2) break;
    if (!isFrame(marker)) continue;
    // Four components are print colors, which need a color profile of their own.
    if (bytes[at + 9] !== 1 && bytes[at + 9] !== 3) return 'must be in gray or RGB colors';
    return { mediaType: 'image/jpeg', width: short(bytes, at + 7), height: short(bytes, at + 5) };
  }
  return 'is no whole JPEG';
}

/** What a picture says of itself, or, as text, why it cannot be a logo. */
export function readLogo(bytes: Uint8Array): LogoHead | string {
  if (bytes.length > logoBytesMax) return `must have at most ${logoBytesMax} bytes`;
  const isPng = startsWith(bytes, pngSignature);
  if (!isPng && !startsWith(bytes, [0xff, 0xd8, 0xff])) return 'must be a PNG or JPEG';
  const head = isPng ? readPng(bytes) : readJpeg(bytes);
  if (typeof head === 'string') return head;
  const { width, height } = head;
  return width < 1 || height < 1 || width > sideMax || height > sideMax
    ? `must be at most ${sideMax} points wide and high`
    : head;
}
