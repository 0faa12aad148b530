/** The number of a get method: CRC-16 (XMODEM) of its name with bit 16 set. */
export function methodId(name: string): number {
  let checksum = 0;
  for (const byte of Buffer.from(name)) {
    checksum ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      checksum = (checksum & 0x8000) === 0 ? checksum << 1 : (checksum << 1) ^ 0x1021;
  }
  return (checksum & 0xffff) | 0x10000;
}
