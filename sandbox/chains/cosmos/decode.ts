/** Transactions of the Cosmos SDK, taken apart. */
import { ripemd160, sha256 } from '@cosmjs/crypto';
import { toBech32, toHex } from '@cosmjs/encoding';
import { MsgMultiSend, MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx';
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys';
import { AuthInfo, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { RpcFailure } from '../rpc/rpc-failure';

export interface CoinAmount {
  readonly denom: string;
  readonly amount: bigint;
}

/** One movement that a message asks for. */
export interface Movement {
  readonly from: string;
  readonly to: string;
  readonly coins: readonly CoinAmount[];
}

export interface DecodedMessage {
  readonly typeUrl: string;
  /** Null for a message that the double does not know. */
  readonly movements: readonly Movement[] | null;
}

export interface DecodedTransaction {
  readonly raw: TxRaw;
  readonly signer: string;
  readonly publicKey: Uint8Array;
  readonly sequence: number;
  readonly fee: readonly CoinAmount[];
  readonly gasLimit: bigint;
  readonly memo: string;
  readonly timeoutHeight: bigint;
  readonly messages: readonly DecodedMessage[];
}

/** The id of a transaction: upper-case hexadecimal. */
export const idOf = (bytes: Uint8Array): string => toHex(sha256(bytes)).toUpperCase();

/** @throws RpcFailure for bytes that are no transaction with one secp256k1 signer. */
export function decodeTransaction(bytes: Uint8Array, prefix: string): DecodedTransaction {
  try {
    const raw = TxRaw.decode(bytes);
    const body = TxBody.decode(raw.bodyBytes);
    const auth = AuthInfo.decode(raw.authInfoBytes);
    const [info] = auth.signerInfos;
    if (info === undefined) throw new Error('no signer');
    // A simulation may come without the public key's account, but never without the key.
    const publicKey = PubKey.decode(info.publicKey?.value ?? new Uint8Array()).key;
    return {
      raw,
      signer: toBech32(prefix, ripemd160(sha256(publicKey))),
      publicKey,
      sequence: Number(info.sequence),
      fee: (auth.fee?.amount ?? []).map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })),
      gasLimit: auth.fee?.gasLimit ?? 0n,
      memo: body.memo,
      timeoutHeight: body.timeoutHeight,
      messages: body.messages.map(({ typeUrl, value }) => ({ typeUrl, movements: movementsOf(typeUrl, value) })),
    };
  } catch (error) {
    throw new RpcFailure(-32603, 'Internal error', `tx parse error: ${error instanceof Error ? error.message : ''}`);
  }
}

const coinsOf = (coins: readonly { readonly denom: string; readonly amount: string }[]): CoinAmount[] =>
  coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }));

function movementsOf(typeUrl: string, value: Uint8Array): readonly Movement[] | null {
  if (typeUrl === '/cosmos.bank.v1beta1.MsgSend') {
    const { fromAddress, toAddress, amount } = MsgSend.decode(value);
    return [{ from: fromAddress, to: toAddress, coins: coinsOf(amount) }];
  }
  if (typeUrl === '/cosmos.bank.v1beta1.MsgMultiSend') {
    const { inputs, outputs } = MsgMultiSend.decode(value);
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) return null;
    return outputs.map(({ address, coins }) => ({ from: input.address, to: address, coins: coinsOf(coins) }));
  }
  return null;
}
