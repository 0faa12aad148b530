/** Transactions as bytes: what is signed is a `SignDoc` in SIGN_MODE_DIRECT. Source: Cosmos SDK, ADR 20. */
import { encodePubkey } from '@cosmjs/proto-signing';
import { fromHex, toBase64 } from '@cosmjs/encoding';
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx';
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing';
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { Payout } from '../port';
import type { CosmosChainFacts } from './networks';
import { denomOf } from './networks';

export interface TransactionParts {
  readonly from: string;
  /** secp256k1, compressed, hexadecimal. */
  readonly publicKey: string;
  readonly payouts: readonly Payout[];
  readonly memo: string;
  readonly timeoutHeight: number;
  readonly sequence: number;
  readonly accountNumber: number;
  readonly gas: bigint;
  readonly fee: bigint;
}

/** One message for each payout. */
export function signDocument(facts: CosmosChainFacts, parts: TransactionParts): SignDoc {
  const body = TxBody.fromPartial({
    messages: parts.payouts.map(({ to, asset, amount }) => ({
      typeUrl: '/cosmos.bank.v1beta1.MsgSend',
      value: MsgSend.encode(
        MsgSend.fromPartial({
          fromAddress: parts.from,
          toAddress: to,
          amount: [{ denom: denomOf(facts, asset), amount }],
        }),
      ).finish(),
    })),
    memo: parts.memo,
    timeoutHeight: BigInt(parts.timeoutHeight),
  });
  const auth = AuthInfo.fromPartial({
    signerInfos: [
      {
        publicKey: encodePubkey({ type: 'tendermint/PubKeySecp256k1', value: toBase64(fromHex(parts.publicKey)) }),
        modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
        sequence: BigInt(parts.sequence),
      },
    ],
    fee: { amount: [{ denom: facts.denom, amount: parts.fee.toString() }], gasLimit: parts.gas },
  });
  return SignDoc.fromPartial({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(auth).finish(),
    chainId: facts.chainId,
    accountNumber: BigInt(parts.accountNumber),
  });
}

/** The wire bytes. An empty signature is enough for a simulation. */
export const transactionBytes = ({ bodyBytes, authInfoBytes }: SignDoc, signature: Uint8Array): Uint8Array =>
  TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();

export const encodeDocument = (document: SignDoc): string => toBase64(SignDoc.encode(document).finish());
