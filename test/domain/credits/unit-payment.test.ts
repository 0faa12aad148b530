/** What units of a wallet pay of usage: the last of the quantity, for as long as the usage lasted, in the order of all draws. */
import fc from 'fast-check';
import { payByUnits, type UnitWallet } from '../../../domain/credits/unit-payment';
import { grantOf } from '../../../domain/credits/grant';
import { usageLine } from '../../../domain/invoice/usage-lines';
import { add, sum } from '../../../domain/money';
import type { MeteredPrice } from '../../../domain/plan/timing';
import { at } from '../subscription/example';

const june = at('2026-06-01');
const july = at('2026-07-01');

const price = (more: Partial<MeteredPrice> = {}): MeteredPrice => ({
  id: 'price_1',
  kind: 'recurring',
  model: 'graduated',
  parameters: {
    tiers: [
      { up_to: '100', amounts: { USD: '1' }, fees: null },
      { up_to: null, amounts: { USD: '0.5' }, fees: null },
    ],
  },
  description: 'Calls',
  stream: 'usage',
  meterId: 'meter_1',
  ...more,
});

const usage = (quantity: string, of: MeteredPrice = price()) => {
  const { line } = usageLine(
    {
      planId: 'plan_a',
      price: of,
      window: { from: june, to: july },
      usage: { form: 'quantity', quantity },
      before: null,
      isFree: false,
    },
    'USD',
  );
  if (line === null) throw new Error('The usage has a line.');
  return line;
};

const terms = { priority: 128, effective_at: null, expires_at: null, rollover: null };
const wallet = (amount: string, more: object = {}, meterId = 'meter_1'): UnitWallet => ({
  id: 'wal_1',
  version: 3,
  unit: 'calls',
  meterId,
  stream: 'credits',
  grants: [{ ...grantOf('gift', { ...terms, amount, ...more }, june), id: 'cg_1' }],
});

const amounts = (units: UnitWallet, quantity: string, of?: MeteredPrice): string[] =>
  payByUnits([usage(quantity, of)], [units]).lines.map(({ amount }) => amount.amount);

test('units pay the last of the quantity, so the rest walks the tiers from the first', () => {
  expect(amounts(wallet('60'), '150')).toEqual(['125.00', '-35.00']);
  expect(amounts(wallet('500'), '150')).toEqual(['125.00', '-125.00']);
});

test('a fee of the first tier stays: nothing used still costs it', () => {
  const fee = price({ parameters: { tiers: [{ up_to: null, amounts: { USD: '1' }, fees: { USD: '3' } }] } });
  expect(amounts(wallet('500'), '10', fee)).toEqual(['13.00', '-10.00']);
});

test('units pay nothing of another meter, nor what was used before they were there or after they expired', () => {
  expect(amounts(wallet('60', {}, 'meter_2'), '150')).toEqual(['125.00']);
  expect(amounts(wallet('60', { effective_at: '2026-07-01T00:00:00.000Z' }), '150')).toEqual(['125.00']);
  expect(amounts(wallet('60', { expires_at: '2026-06-30T00:00:00.000Z' }), '150')).toEqual(['125.00']);
  expect(amounts(wallet('60', { expires_at: '2026-07-01T00:00:00.000Z' }), '150')).toEqual(['125.00', '-35.00']);
});

test('two lines of a meter share what the wallet holds, the first one first', () => {
  const { lines, uses, wallets } = payByUnits([usage('40'), usage('40')], [wallet('60')]);
  expect(lines.map(({ quantity }) => quantity)).toEqual(['40', '40', '40', '20']);
  expect(uses.map(({ burnDown }) => burnDown.drawn)).toEqual(['40', '20']);
  expect(wallets[0]?.grants[0]?.used).toBe('60');
});

test('what units pay is never above the usage, and with it comes to the price of the rest, to a cent', () => {
  const whole = fc.integer({ min: 1, max: 1_000 }).map(String);
  fc.assert(
    fc.property(whole, whole, (quantity, held) => {
      const line = usage(quantity);
      const { lines, uses } = payByUnits([line], [wallet(held)]);
      const left = sum(
        lines.map(({ amount }) => amount),
        'USD',
      );
      const drawn = uses[0]?.burnDown.drawn ?? '0';
      const rest = BigInt(quantity) - BigInt(drawn);
      expect(drawn).toBe(String(BigInt(held) < BigInt(quantity) ? held : quantity));
      expect(left).toEqual(rest === 0n ? add(line.amount, lines[1]!.amount) : usage(String(rest)).amount);
      expect(left.amount.startsWith('-')).toBe(false);
    }),
  );
});
