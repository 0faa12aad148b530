/** The events of a transaction, as the SDK (0.50 and later) emits them: those by which payments are found. */
import type { CoinAmount, Movement } from './decode';

export interface TxEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string; readonly index: boolean }[];
}

const event = (type: string, attributes: Readonly<Record<string, string>>): TxEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index: true })),
});

const spelled = (coins: readonly CoinAmount[]): string =>
  coins.map(({ amount, denom }) => `${amount}${denom}`).join(',');

const transferOf = ({ from, to, coins }: Movement, more: Readonly<Record<string, string>>): TxEvent[] => [
  event('coin_spent', { spender: from, amount: spelled(coins), ...more }),
  event('coin_received', { receiver: to, amount: spelled(coins), ...more }),
  event('transfer', { recipient: to, sender: from, amount: spelled(coins), ...more }),
];

/** What comes before the messages, and stays when they fail. */
export function feeEvents(signer: string, sequence: number, fee: readonly CoinAmount[], collector: string): TxEvent[] {
  return [
    ...transferOf({ from: signer, to: collector, coins: fee }, {}),
    event('tx', { fee: spelled(fee), fee_payer: signer }),
    event('tx', { acc_seq: `${signer}/${sequence}` }),
  ];
}

/** Of one message, by its place. */
export function movementEvents(
  { typeUrl, movements }: { readonly typeUrl: string; readonly movements: readonly Movement[] },
  place: number,
): TxEvent[] {
  const index = { msg_index: String(place) };
  return [
    event('message', { action: typeUrl, sender: movements[0]?.from ?? '', module: 'bank', ...index }),
    ...movements.flatMap((movement) => transferOf(movement, index)),
  ];
}
