/** A transaction as the wasm of the project reads it: what it spends, what it makes, and what it pays the miner. */
import fs from 'node:fs';
import * as rose from '@nockchain/rose-wasm';

export interface NoteName {
  readonly first: string;
  readonly last: string;
}

export interface NewNote {
  readonly name: NoteName;
  readonly assets: bigint;
  readonly data: readonly { readonly key: string; readonly blob: Uint8Array }[];
}

export interface ReadTransaction {
  readonly id: string;
  readonly inputs: readonly NoteName[];
  readonly outputs: readonly NewNote[];
  readonly fee: bigint;
  /** Every spend carries a signature. That they are right is not looked at: the wasm does not tell. */
  readonly isSigned: boolean;
}

let isReady = false;

/** The library with its wasm, which is read once. */
export function loadRose(): typeof rose {
  if (!isReady) rose.initSync({ module: fs.readFileSync(require.resolve('@nockchain/rose-wasm/rose_wasm_bg.wasm')) });
  isReady = true;
  return rose;
}

interface SpendJson {
  readonly name: NoteName;
  readonly spend: {
    readonly spend_kind: {
      readonly Witness?: {
        readonly witness: { readonly pkh_signature: { readonly entries: readonly unknown[] } };
        readonly fee: { readonly value: string };
      };
    };
  };
}

/** @throws Error for bytes that are no transaction. */
export function readTransaction(jam: Uint8Array): ReadTransaction {
  const { RawTx } = loadRose();
  const raw = RawTx.fromJam(jam);
  const spends = (raw.toProtobuf() as { readonly spends: readonly SpendJson[] }).spends;
  const witnesses = spends.map(({ spend }) => spend.spend_kind.Witness);
  return {
    id: raw.id.value,
    inputs: spends.map(({ name }) => ({ first: name.first, last: name.last })),
    outputs: raw.outputs().map((note) => ({
      name: { first: note.name.first, last: note.name.last },
      assets: note.assets,
      data: note.noteData.entries.map(({ key, blob }) => ({ key, blob })),
    })),
    fee: witnesses.reduce((total, one) => total + BigInt(one?.fee.value ?? 0), 0n),
    isSigned: witnesses.every((one) => (one?.witness.pkh_signature.entries.length ?? 0) > 0),
  };
}

/** The first name of the notes that a key's hash may spend. */
export function firstNameOf(address: string): string {
  const { Pkh, SpendCondition } = loadRose();
  return SpendCondition.newPkh(Pkh.single(address)).firstName().value;
}
