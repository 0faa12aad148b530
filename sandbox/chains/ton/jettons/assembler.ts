/**
 * A small assembler of the TON machine's code, enough for the jettons of this folder. Names stand for global variables of the machine, so that
 * no contract has to keep its stack in mind. Source of the numbers: "TVM instructions" of the TON documentation.
 */
import { beginCell, type Builder, Cell } from '@ton/core';
import { methodId } from '../method-id';

/** One instruction. */
export interface Operation {
  store(builder: Builder): void;
  readonly bits: number;
  readonly refs: number;
}

/** Instructions that follow one another. */
export type Code = readonly Operation[];

const plain = (code: number, bits: number): Code => [
  { store: (builder) => builder.storeUint(code, bits), bits, refs: 0 },
];

export const op = {
  drop: plain(0x30, 8),
  swap: plain(0x01, 8),
  duplicate: plain(0x20, 8),
  add: plain(0xa0, 8),
  subtract: plain(0xa1, 8),
  less: plain(0xb9, 8),
  equal: plain(0xba, 8),
  greater: plain(0xbc, 8),
  max: plain(0xb609, 16),
  and: plain(0xb0, 8),
  or: plain(0xb1, 8),
  not: plain(0xb3, 8),
  sameSlice: plain(0xc705, 16),
  bitsLeft: plain(0xd749, 16),
  beginParse: plain(0xd0, 8),
  newBuilder: plain(0xc8, 8),
  endCell: plain(0xc9, 8),
  hashOfCell: plain(0xf900, 16),
  myAddress: plain(0xf828, 16),
  send: plain(0xfb00, 16),
  reserve: plain(0xfb02, 16),
  readData: plain(0xed44, 16),
  writeData: plain(0xed54, 16),
} satisfies Record<string, Code>;

/** A whole number of any size up to 257 bits. */
export function integer(value: bigint | number): Code {
  const whole = BigInt(value);
  if (whole >= 0n && whole <= 10n) return plain(0x70 + Number(whole), 8);
  let length = 0;
  while (whole >= 1n << BigInt(8 * length + 18)) length += 1;
  const bits = 8 * length + 19;
  return [
    {
      store: (builder) => builder.storeUint(0x82, 8).storeUint(length, 5).storeInt(whole, bits),
      bits: 13 + bits,
      refs: 0,
    },
  ];
}

/** Ends with this exit code unless what lies on the stack is true. */
export const demand = (exitCode: number): Code => plain(0xf2e000 + exitCode, 24);

/** Ends with this exit code. */
export const refuse = (exitCode: number): Code => plain(0xf2c000 + exitCode, 24);

/** Goes on with other code, and never comes back, if what lies on the stack is true. */
export const jumpIf = (code: Code): Code => [withReference(0xe302, code)];

/** Runs other code if what lies on the stack is true. */
export const runIf = (code: Code): Code => [withReference(0xe300, code)];

const withReference = (code: number, body: Code): Operation => {
  const cell = assemble(body);
  return { store: (builder) => builder.storeUint(code, 16).storeRef(cell), bits: 16, refs: 1 };
};

const CELL_BITS_MAX = 1000;
/** One of the four stays free for what does not fit. */
const CELL_REFS_MAX = 3;

/** The code as cells: what does not fit into one goes on in the next. */
export function assemble(code: Code): Cell {
  const pieces: Operation[][] = [[]];
  for (const operation of code) {
    const piece = pieces.at(-1) ?? [];
    const bits = piece.reduce((total, one) => total + one.bits, operation.bits);
    const refs = piece.reduce((total, one) => total + one.refs, operation.refs);
    if (bits > CELL_BITS_MAX || refs > CELL_REFS_MAX) pieces.push([operation]);
    else piece.push(operation);
  }
  return (
    pieces.reduceRight<Cell | null>((rest, piece) => {
      const builder = beginCell();
      for (const operation of piece) operation.store(builder);
      return (rest === null ? builder : builder.storeRef(rest)).endCell();
    }, null) ?? Cell.EMPTY
  );
}

/** The variables of one contract, by name. */
export function variables<Name extends string>(names: readonly Name[]) {
  const place = (name: Name): number => names.indexOf(name) + 1;
  const get = (name: Name): Code => plain(0xf840 + place(name), 16);
  const set = (name: Name): Code => plain(0xf860 + place(name), 16);
  const load = (from: Name, instruction: Code, into: Name): Code => [
    ...get(from),
    ...instruction,
    ...set(from),
    ...set(into),
  ];
  return {
    get,
    set,
    /** Each takes its part off the slice `from`, and keeps it as `into`. */
    loadUint: (from: Name, bits: number, into: Name): Code => load(from, plain(0xd300 + bits - 1, 16), into),
    loadCoins: (from: Name, into: Name): Code => load(from, plain(0xfa00, 16), into),
    loadAddress: (from: Name, into: Name): Code => load(from, plain(0xfa40, 16), into),
    loadReference: (from: Name, into: Name): Code => load(from, plain(0xd4, 8), into),
    loadMaybeReference: (from: Name, into: Name): Code => load(from, plain(0xf404, 16), into),
  };
}

/** Parts of a cell that is being built; the builder lies on the stack. */
export const put = {
  uint: (value: Code, bits: number): Code => [...value, ...op.swap, ...plain(0xcb00 + bits - 1, 16)],
  coins: (value: Code): Code => [...value, ...plain(0xfa02, 16)],
  slice: (value: Code): Code => [...value, ...op.swap, ...plain(0xce, 8)],
  reference: (value: Code): Code => [...value, ...op.swap, ...plain(0xcc, 8)],
};

/** The same for a value that lies below the builder already. */
export const putBelow = {
  uint: (bits: number): Code => plain(0xcb00 + bits - 1, 16),
  reference: plain(0xcc, 8),
};

/** A cell of these parts, left on the stack. */
export const build = (...parts: readonly Code[]): Code => [...op.newBuilder, ...parts.flat(), ...op.endCell];

/** A contract: messages from other contracts, and get methods. Whatever else is called ends with 11, messages from outside are not accepted. */
export function contract(onMessage: Code, methods: Readonly<Record<string, Code>>): Cell {
  const branches = [
    [0, onMessage] as const,
    ...Object.entries(methods).map(([name, code]) => [methodId(name), code] as const),
  ];
  const choices = branches.flatMap(([selector, code]) => [
    ...op.duplicate,
    ...integer(selector),
    ...op.equal,
    ...jumpIf([...op.drop, ...code]),
  ]);
  return assemble([...choices, ...refuse(11)]);
}
