/** Enough of an assembler for the EVM (Yellow Paper, appendix H) to keep a small contract in a form that can be read. */

/** Only the instructions that are used. */
const codes: Readonly<Record<string, number>> = {
  STOP: 0x00,
  ADD: 0x01,
  SUB: 0x03,
  LT: 0x10,
  EQ: 0x14,
  OR: 0x17,
  SHR: 0x1c,
  ADDRESS: 0x30,
  CALLER: 0x33,
  CALLVALUE: 0x34,
  CALLDATALOAD: 0x35,
  CODECOPY: 0x39,
  POP: 0x50,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMPI: 0x57,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  PUSH0: 0x5f,
  DUP1: 0x80,
  DUP2: 0x81,
  DUP3: 0x82,
  SWAP1: 0x90,
  LOG3: 0xa3,
  CALL: 0xf1,
  RETURN: 0xf3,
  REVERT: 0xfd,
};

const PUSH1 = 0x60;
const PUSH2 = 0x61;

const byte = (value: number): string => value.toString(16).padStart(2, '0');
const label = (offset: number): string => offset.toString(16).padStart(4, '0');

/** A jump target is pushed with two bytes, before anybody knows what it is. */
const labelPushLength = 3;

const lengthOf = (token: string): number => {
  if (token.startsWith('@')) return labelPushLength;
  return token.startsWith('0x') ? 1 + (token.length - 2) / 2 : 1;
};

function encode(token: string, targets: ReadonlyMap<string, number>): string {
  if (token.startsWith('@')) return byte(PUSH2) + label(targets.get(token.slice(1)) ?? 0);
  if (token.startsWith('0x')) return byte(PUSH1 - 1 + (token.length - 2) / 2) + token.slice(2);
  const code = codes[token.endsWith(':') ? 'JUMPDEST' : token];
  if (code === undefined) throw new Error(`The assembler does not know ${token}.`);
  return byte(code);
}

/**
 * Hexadecimal code of a program. Words are instructions; `0x…` pushes bytes, `name:` is a place to jump to and `@name` pushes it; `;` begins
 * a comment.
 */
export function assemble(program: string): string {
  const tokens = program
    .split('\n')
    .flatMap((line) => line.replace(/;.*/, '').trim().split(/\s+/))
    .filter((token) => token !== '');
  const targets = new Map<string, number>();
  let offset = 0;
  for (const token of tokens) {
    if (token.endsWith(':')) targets.set(token.slice(0, -1), offset);
    offset += lengthOf(token);
  }
  return tokens.map((token) => encode(token, targets)).join('');
}
