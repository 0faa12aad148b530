/** Builds a transfer of the wallet with its fee. */
import { type Address, comment, internal, type MessageRelaxed } from '@ton/core';
import { ChainRefusedRequest, type Payout, type Preparation, type PrepareRequest } from '../port';
import { accountOf, checkAddress, spell } from './addresses';
import { assetOn, coinOf } from './assets';
import { jettonTransferBody } from './bodies';
import { PAYOUTS_MAX } from './capabilities';
import type { AccountState } from './endpoint';
import type { TonNetwork } from './network';
import { estimateBody, seqnoIn, type TransferOrder, unsignedTransfer, walletOf } from './wallet';

/**
 * Coins that go along with a jetton for the gas of two jetton wallets; what is left comes back. TEP-74 wallets refuse with less than some
 * 0.03, and wallets for people attach 0.05 to 0.1.
 */
export const JETTON_ATTACHED = 50_000_000n;
/** With nothing the receiver would not be told. */
const JETTON_FORWARDED = 1n;
/** From building to inclusion; long enough for a slow signer, short enough that a stuck one is soon out of the way. */
const VALID_SECONDS = 120;

/** When a transfer that runs out then was prepared at the earliest. */
export const preparedSince = (validUntil: number): number => validUntil - VALID_SECONDS;

/** See the port. @throws ChainRefusedRequest `wrong_request` for a request that no caller should make. */
export async function prepareTransfer(network: TonNetwork, request: PrepareRequest): Promise<Preparation> {
  const wallet = walletOf(network.chain, request.publicKey);
  checkRequest(network, request, spell(network.chain, wallet.address));
  const refusal = refusedDestination(network, request.payouts);
  if (refusal !== null) return refusal;
  const state = await network.endpoint.account(wallet.address);
  const missing = await missingFunds(network, { request, owner: wallet.address, state, fee: 0n });
  if (missing !== null) return missing;

  const messages = await Promise.all(request.payouts.map((payout) => messageFor(network, wallet.address, payout)));
  const validUntil = state.time + VALID_SECONDS;
  // The fee does not depend on the number, so it is asked for with the one that the wallet would take now.
  const now: TransferOrder = { seqno: seqnoIn(state.data), validUntil, messages };
  const estimate = await network.endpoint.estimate(wallet.address, {
    body: estimateBody(await unsignedTransfer(wallet, now)),
    initCode: state.code === null ? wallet.init.code : null,
    initData: state.code === null ? wallet.init.data : null,
  });
  // Half as much again, for the rent of the account until then and for what the network may decide meanwhile.
  const fee = (estimate * 3n) / 2n + attachedTo(network, request.payouts);
  if (fee > BigInt(request.feeMax)) return { kind: 'fee_above_cap', fee: fee.toString() };
  const short = await missingFunds(network, { request, owner: wallet.address, state, fee });
  if (short !== null) return short;

  const unsigned = await unsignedTransfer(wallet, { ...now, seqno: request.order.number ?? 0 });
  return {
    kind: 'prepared',
    transaction: {
      chain: network.chain,
      from: request.from,
      unsigned: unsigned.toBoc().toString('base64'),
      order: request.order,
      fee: fee.toString(),
      payouts: request.payouts,
    },
  };
}

function checkRequest({ chain }: TonNetwork, request: PrepareRequest, address: string): void {
  const wrong = (why: string): never => {
    throw new ChainRefusedRequest(chain, 'wrong_request', why);
  };
  if (request.from !== address) wrong(`The key is not that of ${request.from}.`);
  if (request.order.number === null) wrong('A transfer needs the number of its sender.');
  const { length } = request.payouts;
  if (length < 1 || length > PAYOUTS_MAX) wrong(`${length} payouts do not fit into one transfer.`);
  if (request.payouts.some(({ amount }) => BigInt(amount) <= 0n)) wrong('A payout of nothing.');
}

function refusedDestination({ chain }: TonNetwork, payouts: readonly Payout[]): Preparation | null {
  for (const [payout, { to, asset }] of payouts.entries()) {
    const checked = checkAddress(chain, to);
    if (checked.kind === 'invalid') return { kind: 'destination_refuses', payout, reason: checked.reason };
    if (assetOn(chain, asset).kind === 'jetton' && accountOf(checked.address).workChain !== 0) {
      return { kind: 'destination_refuses', payout, reason: 'Jettons live in workchain 0 alone.' };
    }
  }
  return null;
}

interface FundsQuestion {
  readonly request: PrepareRequest;
  readonly owner: Address;
  readonly state: AccountState;
  readonly fee: bigint;
}

/** Jettons first, for a sender can be told of one asset at a time. */
async function missingFunds(
  network: TonNetwork,
  { request, owner, state, fee }: FundsQuestion,
): Promise<Preparation | null> {
  const coin = coinOf(network.chain);
  const needed = new Map<string, bigint>([[coin, fee]]);
  for (const { asset, amount } of request.payouts) {
    const key = assetOn(network.chain, asset).kind === 'coin' ? coin : asset;
    needed.set(key, (needed.get(key) ?? 0n) + BigInt(amount));
  }
  for (const [asset, units] of [...needed].reverse()) {
    const held = asset === coin ? state.balance : await jettonBalance(network, owner, asset);
    if (held < units) {
      return { kind: 'insufficient_funds', asset, needed: units.toString(), held: held.toString() };
    }
  }
  return null;
}

/** What an owner holds of a jetton; an owner without a jetton wallet holds none. */
export async function jettonBalance(network: TonNetwork, owner: Address, asset: string): Promise<bigint> {
  const kind = assetOn(network.chain, asset);
  if (kind.kind === 'coin') throw new Error('The coin has no jetton wallet.');
  const wallet = await network.jettonWallet(kind.master, owner);
  const stack = await network.endpoint.getMethod(wallet, 'get_wallet_data', []);
  return stack === null ? 0n : stack.readBigNumber();
}

const attachedTo = ({ chain }: TonNetwork, payouts: readonly Payout[]): bigint =>
  JETTON_ATTACHED * BigInt(payouts.filter(({ asset }) => assetOn(chain, asset).kind === 'jetton').length);

/** To a wallet that may never have been used: it must not bounce. A jetton wallet of ours that fails must. */
async function messageFor(network: TonNetwork, owner: Address, payout: Payout): Promise<MessageRelaxed> {
  const asset = assetOn(network.chain, payout.asset);
  const to = accountOf(payout.to);
  const amount = BigInt(payout.amount);
  if (asset.kind === 'coin') {
    return internal({
      to,
      value: amount,
      bounce: false,
      ...(payout.tag === null ? {} : { body: comment(payout.tag) }),
    });
  }
  const body = jettonTransferBody({ amount, to, change: owner, tag: payout.tag, forwarded: JETTON_FORWARDED });
  return internal({ to: await network.jettonWallet(asset.master, owner), value: JETTON_ATTACHED, bounce: true, body });
}
