/** Sending, simulating and looking up transactions. */
import { getBase58Encoder } from '@solana/kit';
import { z } from 'zod';
import { RpcFailure } from '../rpc/rpc-failure';
import type { RpcMethods } from '../rpc/protocol';
import { errorSentence } from './error-names';
import type { Faucet } from './faucet';
import { readWire, toBase64, type WireTransaction } from './message';
import { FINAL_AFTER, type Landed, preflight, type SolanaNetwork } from './network';
import { addressParameter, commitment, commitmentParameter, inContext, parameter } from './rpc-parameters';
import { transactionJson } from './transaction-json';

const PREFLIGHT_FAILURE = -32002;
const SIGNATURE_FAILURE = -32003;
const UNSUPPORTED_VERSION = -32015;
const INVALID_PARAMS = -32602;
const STATUSES_MAX = 256;
const SIGNATURES_MAX = 1_000;
const MEMO_PROGRAMS: readonly string[] = [
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH',
];

const wireEncoding = z.enum(['base58', 'base64']).nullish();
const sendOptions = z
  .object({ encoding: wireEncoding, skipPreflight: z.boolean().nullish(), preflightCommitment: commitment.nullish() })
  .nullish()
  .transform((given) => given ?? {});
const simulateOptions = z
  .object({
    encoding: wireEncoding,
    sigVerify: z.boolean().nullish(),
    replaceRecentBlockhash: z.boolean().nullish(),
    commitment: commitment.nullish(),
  })
  .nullish()
  .transform((given) => given ?? {});
const pageOptions = z
  .object({ limit: z.number().int().min(1).nullish(), before: z.string().nullish(), until: z.string().nullish() })
  .nullish()
  .transform((given) => given ?? {});
const lookUpOptions = z
  .object({
    encoding: z.enum(['json', 'base64']).nullish(),
    maxSupportedTransactionVersion: z.number().nullish(),
  })
  .nullish()
  .transform((given) => given ?? {});

export function transactionMethods(network: SolanaNetwork, faucet: Faucet): RpcMethods {
  return {
    sendTransaction: (params) => send(network, params),
    simulateTransaction: (params) => simulate(network, params),
    requestAirdrop: (params) =>
      faucet.fund(addressParameter(params, 0), BigInt(parameter(z.number().int().positive(), params, 1))),
    getSignatureStatuses: (params) => {
      const ids = parameter(z.array(z.string()).max(STATUSES_MAX), params, 0);
      return inContext(
        network,
        'processed',
        ids.map((id) => status(network, id)),
      );
    },
    getSignaturesForAddress: (params) => signatures(network, params),
    getTransaction: (params) => lookUp(network, params),
  };
}

/** Clients send base64; base58 is what a node takes without being told. */
function readParameter(
  params: unknown,
  encoding: 'base58' | 'base64' | null | undefined,
  needsSignature = true,
): WireTransaction {
  const text = parameter(z.string(), params, 0);
  const wire = encoding === 'base64' ? text : toBase64(new Uint8Array(getBase58Encoder().encode(text)));
  return readWire(wire, needsSignature);
}

function send(network: SolanaNetwork, params: unknown): string {
  const options = parameter(sendOptions, params, 1);
  commitmentParameter(network, params, 1);
  const message = readParameter(params, options.encoding);
  if (network.isWaiting(message.signature)) return message.signature;
  const run = preflight(network, message, options.preflightCommitment ?? 'finalized');
  if (run.error === 'SignatureFailure') {
    throw new RpcFailure(SIGNATURE_FAILURE, 'Transaction signature verification failure');
  }
  if (run.error !== null && options.skipPreflight !== true) {
    const { error: err, logs, units } = run;
    const data = { err, logs, accounts: null, unitsConsumed: units, returnData: null, innerInstructions: null };
    throw new RpcFailure(PREFLIGHT_FAILURE, `Transaction simulation failed: ${errorSentence(err)}`, data);
  }
  if (network.landed.has(message.signature)) return message.signature;
  if (network.swallowing > 0) network.swallowing -= 1;
  else network.take(message);
  return message.signature;
}

function simulate(network: SolanaNetwork, params: unknown): object {
  const options = parameter(simulateOptions, params, 1);
  const level = commitmentParameter(network, params, 1);
  const verifies = options.sigVerify === true;
  const message = readParameter(params, options.encoding, verifies);
  const run =
    options.replaceRecentBlockhash === true
      ? network.machine.simulate(message.transaction, verifies)
      : preflight(network, message, level, verifies);
  return inContext(network, level, {
    err: run.error,
    logs: run.logs,
    accounts: null,
    unitsConsumed: run.units,
    returnData: null,
    innerInstructions: null,
  });
}

function status(network: SolanaNetwork, id: string): object | null {
  const landed = network.landed.get(id);
  const level = landed === undefined ? null : network.commitmentOf(landed);
  if (landed === undefined || level === null) return null;
  const { slot, run } = landed;
  return {
    slot,
    confirmations: level === 'finalized' ? null : Math.min(network.slotAt('processed') - slot, FINAL_AFTER - 1),
    err: run.error,
    status: run.error === null ? { Ok: null } : { Err: run.error },
    confirmationStatus: level,
  };
}

function signatures(network: SolanaNetwork, params: unknown): object[] {
  const address = addressParameter(params, 0);
  const { limit, before, until } = parameter(pageOptions, params, 1);
  const history = network.historyOf(address, commitmentParameter(network, params, 1));
  const at = (id: string | null | undefined): number =>
    id == null ? -1 : history.findIndex(({ message }) => message.signature === id);
  const from = before == null ? 0 : at(before) + 1;
  // A node that does not know the signature to begin after shows nothing.
  if (before != null && from === 0) return [];
  const end = at(until) === -1 ? history.length : at(until);
  return history.slice(from, Math.min(end, from + (limit ?? SIGNATURES_MAX))).map((landed) => ({
    signature: landed.message.signature,
    slot: landed.slot,
    err: landed.run.error,
    memo: memoOf(landed),
    blockTime: Math.floor(network.timeOf(landed.slot) / 1_000),
    confirmationStatus: network.commitmentOf(landed),
  }));
}

/** Memos as a node lists them: length in brackets, then the text; several are divided by semicolons. */
function memoOf({ message }: Landed): string | null {
  const memos = message.instructions
    .filter((one) => MEMO_PROGRAMS.includes(message.accounts[one.programIndex] ?? ''))
    .map(({ data }) => `[${data.length}] ${Buffer.from(data).toString('utf8')}`);
  return memos.length === 0 ? null : memos.join('; ');
}

function lookUp(network: SolanaNetwork, params: unknown): object | null {
  const id = parameter(z.string(), params, 0);
  const options = parameter(lookUpOptions, params, 1);
  const level = commitmentParameter(network, params, 1);
  if (level === 'processed')
    throw new RpcFailure(INVALID_PARAMS, 'Method does not support commitment below `confirmed`');
  const landed = network.landed.get(id);
  if (landed === undefined || landed.slot > network.slotAt(level)) return null;
  if (landed.message.version === 0 && options.maxSupportedTransactionVersion == null) {
    const sentence =
      'Transaction version (0) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": 0';
    throw new RpcFailure(UNSUPPORTED_VERSION, sentence);
  }
  return {
    slot: landed.slot,
    blockTime: Math.floor(network.timeOf(landed.slot) / 1_000),
    ...transactionJson(network, landed, options.encoding ?? 'json'),
  };
}
