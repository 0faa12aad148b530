/** A fee on a real EVM node: asked for, paid from outside, final, paid out, booked. */
import { waitFor } from '../../dev/stack/wait';
import { startEvmWorld, type EvmWorld } from '../support/chains/evm-world';
import { ledgerEqualsChain, openFeeStory, units } from '../support/chains/story';
import { startTestEngine, type TestEngine } from '../support/perennial';

let world: EvmWorld;
let engine: TestEngine;
beforeAll(async () => {
  world = await startEvmWorld();
  engine = await startTestEngine({ chains: { configured: [world.configured], signers: world.signers } });
});
afterAll(async () => {
  await engine?.stop();
  await world?.stop();
});

test('a fee that is paid exactly is split 80 to 20, and booked to the base unit', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  expect(asked).toMatchObject({ status: 'awaiting_deposit', labels: [], attention: null });
  const address = asked.deposit_instruction?.address ?? '';

  await world.pay(address, units('12.500001'));
  const settled = await story.becomes(asked, 'settled');

  expect(settled.deposits).toMatchObject([{ status: 'final', amount: { amount: '12.500001' } }]);
  expect(settled.legs.map(({ kind, status }) => [kind, status])).toEqual([
    ['treasury', 'paid'],
    ['operator', 'paid'],
  ]);
  expect(await world.tokenOf(story.treasury)).toBe(units('10.000001'));
  expect(await world.tokenOf(story.operator)).toBe(units('2.500000'));

  const inToken = await story.books(world.token);
  expect(inToken).toEqual({
    [`collection:${world.token}`]: '0.000000',
    [`treasury:${world.token}`]: '10.000001',
    settlement_clearing: '0.000000',
    'partner_payable:operator': '0.000000',
    'fee_income:bridge': '-10.000001',
  });
  const fees = await story.books(world.coin);
  expect(fees[`network_fees:${world.configured.id}`]).toMatch(/^0\.0*[1-9]/);
  await ledgerEqualsChain(engine, world);
  expect(await story.broken()).toEqual([]);
});

test('what is too much goes back to the payer', async () => {
  const story = await openFeeStory(engine, world);
  const refundAddress = world.newAddress();
  const asked = await story.ask({ refund_address: refundAddress });
  await story.pay(asked, '13.000001');
  const settled = await story.becomes(asked, 'settled');
  expect(settled.labels).toEqual(['over']);
  expect(settled.legs.map(({ kind, status }) => [kind, status])).toContainEqual(['refund', 'paid']);
  expect(await world.tokenOf(refundAddress)).toBe(units('0.500000'));
  await ledgerEqualsChain(engine, world);
  expect(await story.broken()).toEqual([]);
});

test('what is missing is waited for, and what is still missing at the deadline goes back', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask({ refund_address: story.treasury, deadline_seconds: 4 });
  await story.pay(asked, '5.000000');
  const refunded = await story.becomes(asked, 'refunded');
  expect(refunded.labels).toEqual(['under']);
  expect(await world.tokenOf(story.treasury)).toBe(units('5.000000'));
  await ledgerEqualsChain(engine, world);
  expect(await story.broken()).toEqual([]);
});

test('a top-up completes what was short', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  await story.pay(asked, '5.000000');
  await story.becomes(asked, 'underpaid');
  await story.pay(asked, '7.500001');
  expect((await story.becomes(asked, 'settled')).labels).toEqual([]);
});

test('what comes after the deadline waits for a choice, and is taken when an operator says so', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask({ deadline_seconds: 1 });
  const { deadline } = await story.becomes(asked, 'expired');
  // Blocks count whole seconds.
  await waitFor('a block is later than the deadline', () => Date.now() > Date.parse(deadline) + 1_000);
  await story.pay(asked, '12.500001');
  const late = await story.becomes(asked, 'needs_attention');
  expect(late).toMatchObject({ labels: ['late'], attention: { kind: 'choice' } });
  await story.api.post(`/settlements/${asked.id}/approve`, {});
  expect((await story.becomes(asked, 'settled')).labels).toEqual(['late']);
});

test('a deposit that a reorganization takes back is not counted, and counts when it comes again', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  await story.pay(asked, '12.500001');
  const status = () => story.read(asked);
  await waitFor('the deposit is seen', async () => (await status()).status === 'confirming');
  await world.order('reorg', { depth: 1 });
  await waitFor('the deposit is withdrawn', async () => (await status()).status === 'awaiting_deposit');
  expect((await status()).deposits.map((deposit) => deposit.status)).toEqual(['withdrawn']);
  await story.pay(asked, '12.500001');
  expect((await story.becomes(asked, 'settled')).labels).toEqual([]);
});

test('payouts above the limit wait for an approval, and go in their order after it', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask({ needs_approval: true, order: 'sequence' });
  await story.pay(asked, '12.500001');
  const held = await story.becomes(asked, 'needs_attention');
  expect(held.attention).toMatchObject({ kind: 'approval' });
  expect(held.legs.map(({ status }) => status)).toEqual(['waiting', 'waiting']);
  await story.api.post(`/settlements/${asked.id}/approve`, {});
  await story.becomes(asked, 'settled');
  expect(await world.tokenOf(story.operator)).toBe(units('2.500000'));
});

test('an operator gives the money back before anything was paid out, and the books are as they were', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask({ needs_approval: true, refund_address: story.treasury });
  await story.pay(asked, '12.500001');
  await story.becomes(asked, 'needs_attention');
  await story.api.post(`/settlements/${asked.id}/refund`, {});
  await story.becomes(asked, 'refunded');
  expect(await world.tokenOf(story.treasury)).toBe(units('12.500001'));
  expect((await story.books('USD'))['fee_income:bridge']).toBe('0.00');
  await ledgerEqualsChain(engine, world);
  expect(await story.broken()).toEqual([]);
});

test('what was paid to addresses of their own is collected at the main one, which pays for the way of tokens', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask();
  await story.pay(asked, '12.500001');
  await story.becomes(asked, 'settled');
  const address = asked.deposit_instruction?.address ?? '';
  await waitFor('the token is collected', async () => {
    await world.order('mine', { blocks: 2 });
    return (await world.tokenOf(address)) === 0n;
  });
  await ledgerEqualsChain(engine, world);
});

test('a fee in the coin is collected less the price of its way', async () => {
  const story = await openFeeStory(engine, world);
  const asked = await story.ask({ amount: { amount: '0.500000000000000000', currency: world.coin }, legs: [] });
  const address = asked.deposit_instruction?.address ?? '';
  await world.payCoin(address, 5n * 10n ** 17n);
  await story.becomes(asked, 'settled');
  await waitFor('the coin is collected', async () => {
    await world.order('mine', { blocks: 2 });
    return (await world.coinOf(address)) < 10n ** 16n;
  });
  await ledgerEqualsChain(engine, world);
  expect((await story.books(world.coin))['fee_income:bridge']).toBe('-0.500000000000000000');
});
