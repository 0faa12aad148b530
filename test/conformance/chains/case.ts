/** Steps that the tests of the chains share: ways through the port that a settlement takes. */
import { randomUUID } from 'node:crypto';
import type {
  AllocatedOrder,
  DepositInstruction,
  DepositRequest,
  Payout,
  PreparedTransaction,
  SeenDeposit,
  SignedTransaction,
  TransactionStanding,
} from '../../../adapters/chains/port';
import type { Signer } from '../../../adapters/signers/port';
import type { ChainHarness, ChainMachine, HarnessAsset, MachineFeature } from './harness';

/** A test where the machine has the feature; a skipped one, with the reason in its name, where it has not. */
export function testWith(
  machine: ChainMachine,
  feature: MachineFeature,
  name: string,
  body: () => Promise<void>,
): void {
  if (machine.features.includes(feature)) test(name, body);
  else test.skip(`${name} (this machine cannot: ${feature})`, body);
}

/** A test where the capability holds; elsewhere the rule does not exist, so nothing is skipped. */
export function testIf(holds: boolean, name: string, body: () => Promise<void>): void {
  if (holds) test(name, body);
}

export type Landed = Extract<TransactionStanding, { kind: 'landed' }>;

let lastIndex = 0;

export interface DepositCase {
  readonly signer: Signer;
  readonly request: DepositRequest;
  readonly instruction: DepositInstruction;
}

/** Asks for one more payment of the asset's sample to a signer. */
export async function askFor(harness: ChainHarness, asset: HarnessAsset, signer: Signer): Promise<DepositCase> {
  const request: DepositRequest = {
    reference: `set_${randomUUID()}`,
    index: (lastIndex += 1),
    asset: asset.id,
    amount: asset.sample,
    label: 'Fee of transfer 7',
  };
  return { signer, request, instruction: await harness.chain.depositInstruction(request, signer) };
}

export const watchedOf = (cases: readonly DepositCase[]): { watch: string; asset: string }[] =>
  cases.map(({ instruction }) => ({ watch: instruction.watch, asset: instruction.asset }));

/** A chain whose cursor moves with its clock is never quiet; what there is to find is found by then. */
const roundsMax = 10;

/** Searches on until the cursor stands still: what a watcher has seen after some rounds. */
export async function findAll(
  harness: ChainHarness,
  cases: readonly DepositCase[],
  from: string | null,
): Promise<{ deposits: readonly SeenDeposit[]; cursor: string }> {
  const deposits: SeenDeposit[] = [];
  let found = await harness.chain.findDeposits({ watched: watchedOf(cases), cursor: from });
  deposits.push(...found.deposits);
  for (let round = 1; round < roundsMax; round += 1) {
    const { cursor } = found;
    found = await harness.chain.findDeposits({ watched: watchedOf(cases), cursor });
    deposits.push(...found.deposits);
    if (found.cursor === cursor) break;
  }
  return { deposits, cursor: found.cursor };
}

/** The cursor of now: a watcher that has seen everything. */
export const cursorNow = async (harness: ChainHarness): Promise<string> => (await findAll(harness, [], null)).cursor;

/** Identity of a deposit. */
export const identityOf = (deposit: SeenDeposit): string => `${deposit.transactionId}:${deposit.index}`;

/** Each deposit once, as it was seen last. */
export const distinct = (deposits: readonly SeenDeposit[]): readonly SeenDeposit[] => [
  ...new Map(deposits.map((deposit) => [identityOf(deposit), deposit])).values(),
];

/** A signer that can pay out: with the asset, and with the coin for fees. */
export async function fundedSigner(
  harness: ChainHarness,
  asset: HarnessAsset,
): Promise<{ signer: Signer; from: string }> {
  const signer = harness.newSigner();
  const from = await harness.chain.addressOf(signer);
  const [coin] = harness.assets;
  if (coin !== undefined && coin.id !== asset.id) await harness.fund(from, coin.id, coin.funds);
  await harness.fund(from, asset.id, asset.funds);
  return { signer, from };
}

/** What the settlement would allocate for a sender that has nothing on its way. */
export async function allocate(harness: ChainHarness, from: string): Promise<AllocatedOrder> {
  const facts = await harness.chain.readOrdering(from);
  return { number: facts.next, inputIds: facts.inputs.map(({ id }) => id) };
}

export interface PreparationCase {
  readonly signer: Signer;
  readonly payouts: readonly Payout[];
  readonly order?: AllocatedOrder;
  readonly feeMax?: string;
  readonly replaces?: PreparedTransaction;
}

export async function prepare(harness: ChainHarness, wanted: PreparationCase) {
  const from = await harness.chain.addressOf(wanted.signer);
  return harness.chain.prepare({
    from,
    publicKey: await wanted.signer.publicKey(),
    payouts: wanted.payouts,
    order: wanted.order ?? (await allocate(harness, from)),
    feeMax: wanted.feeMax ?? harness.feeMax,
    replaces: wanted.replaces ?? null,
  });
}

export async function prepareAndSign(harness: ChainHarness, wanted: PreparationCase): Promise<SignedTransaction> {
  const preparation = await prepare(harness, wanted);
  if (preparation.kind !== 'prepared') throw new Error(`Expected a preparation, got ${JSON.stringify(preparation)}.`);
  return harness.chain.sign(preparation.transaction, wanted.signer);
}

/** The standing of bytes that must have landed and be final. */
export async function landedOf(harness: ChainHarness, signed: SignedTransaction): Promise<Landed> {
  const standing = await harness.chain.standingOf(signed);
  if (standing.kind !== 'landed') throw new Error(`Expected landed, got ${JSON.stringify(standing)}.`);
  return standing;
}

/** Broadcasts, mines and makes final. */
export async function sendAndFinalize(harness: ChainHarness, signed: SignedTransaction): Promise<Landed> {
  expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
  await harness.mine();
  await harness.finalize();
  return landedOf(harness, signed);
}

export const balance = async (harness: ChainHarness, address: string, asset: string): Promise<bigint> =>
  BigInt(await harness.chain.balanceOf(address, asset));

export const payoutOf = (to: string, asset: HarnessAsset, amount: string = asset.sample): Payout => ({
  to,
  asset: asset.id,
  amount,
  tag: null,
});

/** The asset at this place, or the coin where the chain has no more. */
export function assetAt(harness: ChainHarness, index: number): HarnessAsset {
  const asset = harness.assets[index] ?? harness.assets[0];
  if (asset === undefined) throw new Error('The machine has no asset.');
  return asset;
}
