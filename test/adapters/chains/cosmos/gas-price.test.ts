import { microOf } from '../../../../adapters/chains/cosmos/endpoint';

test.each([
  ['0.005000000000000000uatom', 5_000n],
  ['0.0025uatom,0.001ibc/27', 2_500n],
  ['0.001ibc/27, 1uatom', 1_000_000n],
  ['12.5uatom', 12_500_000n],
  ['0.000000000000000001uatom', 1n],
  ['0.0000015uatom', 2n],
  ['0uatom', 0n],
])('of %s a unit of gas costs %s millionths of the base unit, rounded up', (prices, micro) => {
  expect(microOf(prices, 'uatom')).toBe(micro);
});

test.each(['', '0.1uosmo', '0.1uatomic', 'uatom'])('%p names no price in the coin', (prices) => {
  expect(microOf(prices, 'uatom')).toBeNull();
});
