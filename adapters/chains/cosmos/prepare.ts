/** Builds a transaction with its fee. */
import { ChainRefusedRequest, type Payout, type Preparation, type PrepareRequest } from '../port';
import { addressOfKey, checkAddress } from './addresses';
import { encodeDocument, signDocument, type TransactionParts, transactionBytes } from './build';
import { PAYOUTS_MAX } from './capabilities';
import type { CosmosNetwork } from './network';
import { denomOf } from './networks';

/** Some five minutes at six seconds a block. */
const VALID_BLOCKS = 50;
/** What is used when the block comes may differ from a simulation: 1.4 times as much is the rule of thumb of wallets. */
const GAS_MARGIN_PERCENT = 140n;
const MICRO = 1_000_000n;

/** See the port. @throws ChainRefusedRequest `wrong_request` for a request that no caller should make. */
export async function prepareTransaction(network: CosmosNetwork, request: PrepareRequest): Promise<Preparation> {
  const { facts, endpoint } = network;
  checkRequest(network, request);
  const refused = refusedDestination(network, request.payouts);
  if (refused !== null) return refused;
  const missing = await missingFunds(network, request, 0n);
  if (missing !== null) return missing;
  const [account, newest] = [await endpoint.account(request.from), await endpoint.newestBlock()];
  if (account === null) return { kind: 'insufficient_funds', asset: facts.coin, needed: '1', held: '0' };

  const parts: TransactionParts = {
    from: request.from,
    publicKey: request.publicKey,
    payouts: request.payouts,
    memo: request.payouts[0]?.tag ?? '',
    timeoutHeight: newest.height + VALID_BLOCKS,
    sequence: account.sequence,
    accountNumber: account.number,
    gas: 0n,
    fee: 0n,
  };
  const simulated = await endpoint.simulate(transactionBytes(signDocument(facts, parts), new Uint8Array(64)));
  if (simulated.kind === 'refused') return refusedBySimulation(network, request.payouts, simulated.reason);
  const gas = (simulated.used * GAS_MARGIN_PERCENT + 99n) / 100n;
  const price = (await endpoint.gasPriceMicro(facts.denom)) ?? facts.gasPriceMicro;
  const fee = (gas * price + MICRO - 1n) / MICRO;
  if (fee > BigInt(request.feeMax)) return { kind: 'fee_above_cap', fee: fee.toString() };
  const short = await missingFunds(network, request, fee);
  if (short !== null) return short;
  const document = signDocument(facts, { ...parts, gas, fee, sequence: request.order.number ?? account.sequence });
  return {
    kind: 'prepared',
    transaction: {
      chain: facts.chain,
      from: request.from,
      unsigned: encodeDocument(document),
      order: request.order,
      fee: fee.toString(),
      payouts: request.payouts,
    },
  };
}

function checkRequest({ facts }: CosmosNetwork, request: PrepareRequest): void {
  const wrong = (why: string): never => {
    throw new ChainRefusedRequest(facts.chain, 'wrong_request', why);
  };
  if (addressOfKey(facts, request.publicKey) !== request.from) wrong(`The key is not that of ${request.from}.`);
  if (request.order.number === null) wrong('A transaction needs the sequence of its sender.');
  const { payouts } = request;
  if (payouts.length < 1 || payouts.length > PAYOUTS_MAX)
    wrong(`${payouts.length} payouts do not fit into one transaction.`);
  if (payouts.some(({ amount }) => BigInt(amount) <= 0n)) wrong('A payout of nothing.');
  if (new Set(payouts.map(({ tag }) => tag)).size > 1)
    wrong('A transaction has one memo: its payouts cannot have different tags.');
}

function refusedDestination({ facts }: CosmosNetwork, payouts: readonly Payout[]): Preparation | null {
  for (const [payout, { to }] of payouts.entries()) {
    const checked = checkAddress(facts, to);
    if (checked.kind === 'invalid') return { kind: 'destination_refuses', payout, reason: checked.reason };
  }
  return null;
}

async function missingFunds(
  { facts, endpoint }: CosmosNetwork,
  request: PrepareRequest,
  fee: bigint,
): Promise<Preparation | null> {
  const needed = new Map<string, { readonly asset: string; readonly units: bigint }>();
  for (const { asset, amount } of request.payouts) {
    const denom = denomOf(facts, asset);
    needed.set(denom, { asset, units: (needed.get(denom)?.units ?? 0n) + BigInt(amount) });
  }
  const coin = needed.get(facts.denom)?.units ?? 0n;
  needed.set(facts.denom, { asset: facts.coin, units: coin + fee });
  for (const [denom, { asset, units }] of needed) {
    const held = await endpoint.balance(request.from, denom);
    if (held < units) return { kind: 'insufficient_funds', asset, needed: units.toString(), held: held.toString() };
  }
  return null;
}

/** The chain names the address that takes nothing (an account of a module). @throws ChainRefusedRequest `simulation_failed`. */
function refusedBySimulation({ facts }: CosmosNetwork, payouts: readonly Payout[], reason: string): Preparation {
  const payout = payouts.findIndex(({ to }) => reason.includes(`${to} is not allowed to receive funds`));
  if (payout >= 0) return { kind: 'destination_refuses', payout, reason: 'The chain pays nothing to this address.' };
  throw new ChainRefusedRequest(facts.chain, 'simulation_failed', reason);
}
