/** What a node checks before it takes a transaction (CheckTx). Signatures are truly verified, in SIGN_MODE_DIRECT. */
import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto';
import { SignDoc } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { DecodedTransaction } from './decode';
import type { CosmosState } from './state';

export interface Refusal {
  readonly code: number;
  readonly log: string;
}

export interface CheckFacts {
  /** Transactions of the same signer that wait already: each raises the sequence that is expected next. */
  readonly pending: number;
  /** Of one unit of gas, in 10^-6 of the fee's unit. */
  readonly gasPriceMicro: bigint;
}

const MICRO = 1_000_000n;

/** Null when the node takes it. Codes and words are those of the SDK, in the order in which it checks. */
export async function checkTransaction(
  state: CosmosState,
  transaction: DecodedTransaction,
  facts: CheckFacts,
): Promise<Refusal | null> {
  const { signer, sequence, fee, gasLimit, timeoutHeight } = transaction;
  const { denom } = state.rules;
  if (timeoutHeight > 0n && BigInt(state.height) > timeoutHeight) {
    return { code: 30, log: `block height: ${state.height}, timeout height: ${timeoutHeight}: tx timeout height` };
  }
  const needed = (gasLimit * facts.gasPriceMicro + MICRO - 1n) / MICRO;
  const offered = fee.find((coin) => coin.denom === denom)?.amount ?? 0n;
  if (offered < needed) {
    return {
      code: 13,
      log: `insufficient fees; got: ${offered}${denom} required: ${needed}${denom}: insufficient fee`,
    };
  }
  const account = state.accountAt(signer, state.height);
  if (account === null) return { code: 9, log: `account ${signer} does not exist: unknown address` };
  const held = state.balanceAt(signer, denom, state.height);
  if (held < offered) {
    return { code: 5, log: `spendable balance ${held}${denom} is smaller than ${offered}${denom}: insufficient funds` };
  }
  const expected = account.sequence + facts.pending;
  if (sequence !== expected) {
    return {
      code: 32,
      log: `account sequence mismatch, expected ${expected}, got ${sequence}: incorrect account sequence`,
    };
  }
  if (!(await isSigned(state, transaction, account.number))) {
    return {
      code: 4,
      log: `signature verification failed; please verify account number (${account.number}), sequence (${sequence}) and chain-id (${state.rules.chainId}): unauthorized`,
    };
  }
  return null;
}

async function isSigned(
  state: CosmosState,
  { raw, publicKey }: DecodedTransaction,
  accountNumber: number,
): Promise<boolean> {
  const [signature] = raw.signatures;
  if (signature?.length !== 64) return false;
  const document = SignDoc.encode({
    bodyBytes: raw.bodyBytes,
    authInfoBytes: raw.authInfoBytes,
    chainId: state.rules.chainId,
    accountNumber: BigInt(accountNumber),
  }).finish();
  const parsed = Secp256k1Signature.fromFixedLength(signature);
  // The SDK refuses the upper half of s: such a signature could be changed by anybody into another one.
  if (BigInt(`0x${Buffer.from(parsed.s(32)).toString('hex')}`) > HALF_ORDER) return false;
  return Secp256k1.verifySignature(parsed, sha256(document), publicKey);
}

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
