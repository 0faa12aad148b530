/** Addresses as their post wants them, and pictures that a letterhead can hold. */
import { addressLines } from '../../../domain/document/address-lines';
import { logoBytesMax, readLogo } from '../../../domain/document/logo';
import type { Address } from '../../../domain/document/source';

const address = (overrides: Partial<Address>): Address => ({
  line1: '1 Main St',
  line2: null,
  city: 'Springfield',
  postal_code: '12345',
  region: null,
  country: null,
  ...overrides,
});

test.each([
  ['DE', null, ['1 Main St', '12345 Springfield', 'Germany']],
  ['US', 'US-IL', ['1 Main St', 'Springfield, IL 12345', 'United States']],
  ['GB', null, ['1 Main St', 'Springfield', '12345', 'United Kingdom']],
  ['KE', null, ['1 Main St', '12345 Springfield', 'Kenya']],
  [null, null, ['1 Main St', '12345 Springfield']],
])('an address in %s', (country, region, lines) => {
  expect(addressLines(address({ country, region }))).toEqual(lines);
});

test('an address of which nothing is known has no lines', () => {
  expect(addressLines(null)).toEqual([]);
  expect(addressLines(address({ line1: null, city: null, postal_code: null }))).toEqual([]);
});

/** The head of a PNG: signature, then IHDR. */
function png({ width = 600, height = 200, bits = 8, interlace = 0 } = {}): Uint8Array {
  const bytes = Buffer.alloc(33);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).copy(bytes);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes[24] = bits;
  bytes[25] = 6;
  bytes[28] = interlace;
  return bytes;
}

/** Start of image, one segment to skip, start of frame. */
function jpeg(components = 3): Uint8Array {
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 90, 1, 44, components, 0, 0, 0]);
}

test('a PNG and a JPEG tell their size', () => {
  expect(readLogo(png())).toEqual({ mediaType: 'image/png', width: 600, height: 200 });
  expect(readLogo(jpeg())).toEqual({ mediaType: 'image/jpeg', width: 300, height: 90 });
});

test.each([
  ['another format', Buffer.from('GIF89a'), 'must be a PNG or JPEG'],
  ['too many bytes', Buffer.alloc(logoBytesMax + 1), `must have at most ${logoBytesMax} bytes`],
  ['a bomb: few bytes, many points', png({ width: 50_000 }), 'must be at most 2000 points wide and high'],
  ['no width', png({ width: 0 }), 'must be at most 2000 points wide and high'],
  ['16 bits', png({ bits: 16 }), 'must have 8 bits per channel'],
  ['an interlaced picture', png({ interlace: 1 }), 'must not be interlaced'],
  ['a cut PNG', png().slice(0, 20), 'is no whole PNG'],
  ['print colors', jpeg(4), 'must be in gray or RGB colors'],
  ['a cut JPEG', jpeg().slice(0, 8), 'is no whole JPEG'],
])('refuses %s', (_what, bytes, reason) => {
  expect(readLogo(bytes)).toBe(reason);
});
