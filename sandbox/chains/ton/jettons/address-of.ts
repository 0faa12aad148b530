/** The address of an owner's jetton wallet, as both contracts derive it: from the wallet's code and its first data. */
import { build, type Code, integer, op, put, putBelow } from './assembler';

interface Derivation {
  readonly owner: Code;
  readonly master: Code;
  readonly walletCode: Code;
}

/** The first data of a wallet: nothing held. */
const firstData = ({ owner, master, walletCode }: Derivation): Code =>
  build(put.coins(integer(0)), put.slice(owner), put.slice(master), put.reference(walletCode));

/** What a wallet is deployed with, a cell on the stack: code and data, nothing else. */
export const initialState = (derivation: Derivation): Code => [
  ...firstData(derivation),
  ...op.newBuilder,
  ...put.uint(integer(6), 5),
  ...put.reference(derivation.walletCode),
  ...putBelow.reference,
  ...op.endCell,
];

/** The address, a slice, of an initial state, both on the stack: workchain 0. */
export const addressOfState: Code = [
  ...op.hashOfCell,
  ...op.newBuilder,
  ...put.uint(integer(4), 3),
  ...put.uint(integer(0), 8),
  ...putBelow.uint(256),
  ...op.endCell,
  ...op.beginParse,
];
