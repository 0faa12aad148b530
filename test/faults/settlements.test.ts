/** Settlements on a real EVM node, while workers die, run twice, and the chain does what chains do: everything is paid once, and booked. */
import { waitFor } from '../../dev/stack/wait';
import { startEvmWorld, type EvmWorld } from '../support/chains/evm-world';
import { ledgerEqualsChain, openFeeStory, units, type FeeStory } from '../support/chains/story';
import { startKillableWorker, type KillableWorker } from '../support/faults/killable-worker';
import type { ChainMoment } from '../support/faults/deadly-chains';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { startWatcher } from '../../worker/messenger';

let world: EvmWorld;
let engine: TestEngine;
let worker: KillableWorker;
/** Stuck transactions are replaced after this: longer than any of them waits by itself here. */
const stuckAfterMs = 1_500;

beforeAll(async () => {
  world = await startEvmWorld({ stuckAfterMs });
  engine = await startTestEngine({
    worker: false,
    chains: { configured: [world.configured], signers: world.signers },
  });
  worker = await startKillableWorker(engine, await world.variables());
  await startWatcher(engine.temporal, engine.taskQueue, world.configured.id);
});
afterAll(async () => {
  await worker?.stop();
  await engine?.stop();
  await world?.stop();
});
jest.setTimeout(180_000);

/** Both got their share once, and the ledger holds what the addresses hold. */
async function expectPaidOnce(story: FeeStory): Promise<void> {
  expect(await world.tokenOf(story.treasury)).toBe(units('10.000001'));
  expect(await world.tokenOf(story.operator)).toBe(units('2.500000'));
  await ledgerEqualsChain(engine, world);
  expect(await story.broken()).toEqual([]);
}

const moments: readonly ChainMoment[] = ['unsigned', 'signed', 'stored', 'accepted', 'looked_up'];

test.each(moments)('killed when a payout is %s, the worker pays it once after its restart', async (moment) => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  worker.orderChainDeath(moment);
  await story.pay(asked, '12.500001');
  await world.order('mine', { blocks: 8 });
  await worker.whenDead();
  await worker.startAgain();
  await story.becomes(asked, 'settled');
  await expectPaidOnce(story);
});

test('a transaction that the network swallowed is replaced by one that pays more, and one of them lands', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  await story.pay(asked, '12.500001');
  await world.order('swallow', { transactions: 1 });
  await story.becomes(asked, 'settled');
  await expectPaidOnce(story);
});

test('a gas price above the limit waits with its reason, and is paid when it falls', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  await story.pay(asked, '12.500001');
  await world.order('base_fee', { wei: (10n ** 13n).toString() });
  await world.order('mine', { blocks: 8 });
  const held = await waitFor('it waits', async () => {
    const now = await story.read(asked);
    return now.status === 'needs_attention' ? now : null;
  });
  expect(held.attention?.reason).toMatch(/above the limit/);
  await world.order('base_fee', { wei: (10n ** 9n).toString() });
  await story.becomes(asked, 'settled');
  await expectPaidOnce(story);
});

test('a destination that refuses blocks its payout alone, with the reason', async () => {
  const story = await openFeeStory(engine, world);
  await world.order('block', { token: world.token.split(':').at(-1), address: story.operator });
  const asked = await story.ask();
  await story.pay(asked, '12.500001');
  const held = await story.becomes(asked, 'needs_attention');
  expect(held.attention?.reason).toMatch(/destination cannot take it/);
  expect(held.legs.map(({ kind, status }) => [kind, status])).toContainEqual(['operator', 'blocked']);
  await waitFor('the other one is paid', async () => {
    await world.order('mine', { blocks: 2 });
    return (await world.tokenOf(story.treasury)) === units('10.000001');
  });
});

test('two workers at once pay many settlements once each', async () => {
  const second = await startKillableWorker(engine, await world.variables());
  try {
    const stories = await Promise.all(Array.from({ length: 5 }, () => openFeeStory(engine, world)));
    const asked = await Promise.all(stories.map(async (story) => ({ story, settlement: await story.ask() })));
    for (const { story, settlement } of asked) await story.pay(settlement, '12.500001');
    for (const { story, settlement } of asked) await story.becomes(settlement, 'settled');
    for (const { story } of asked) await expectPaidOnce(story);
  } finally {
    await second.stop();
  }
});
