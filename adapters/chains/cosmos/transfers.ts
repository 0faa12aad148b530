/** Payments as a transaction's events tell them: what was really credited, by whatever message. */
import { decodeTxRaw } from '@cosmjs/proto-signing';
import type { IncludedTransaction } from './endpoint';

export interface Transfer {
  readonly recipient: string;
  readonly sender: string | null;
  readonly denom: string;
  readonly amount: bigint;
  /** Counts the credits of a transaction, so that two of one message are two. */
  readonly index: number;
}

type Event = IncludedTransaction['events'][number];

const attribute = ({ attributes }: Event, key: string): string | null =>
  attributes.find((one) => one.key === key)?.value ?? null;

/** All credits of a transaction, in the order of its events. What failed has none but its fee. */
export function transfersOf({ events }: IncludedTransaction): readonly Transfer[] {
  const credits = events
    .filter(({ type }) => type === 'transfer')
    .flatMap((event) => {
      const [recipient, sender] = [attribute(event, 'recipient'), attribute(event, 'sender')];
      if (recipient === null) return [];
      return coinsIn(attribute(event, 'amount') ?? '').map((coin) => ({ recipient, sender, ...coin }));
    });
  return credits.map((credit, index) => ({ ...credit, index }));
}

/** `5uatom,7ibc/27…`. */
function coinsIn(text: string): { readonly denom: string; readonly amount: bigint }[] {
  return text.split(',').flatMap((coin) => {
    const [, amount, denom] = /^(\d+)(.+)$/.exec(coin.trim()) ?? [];
    return amount === undefined || denom === undefined ? [] : [{ amount: BigInt(amount), denom }];
  });
}

/** What the network took: said only by transactions that came as far as paying their fee. */
export function feeIn({ events }: IncludedTransaction, denom: string): bigint {
  const fee = events.find((event) => event.type === 'tx' && attribute(event, 'fee') !== null);
  return (
    coinsIn((fee === undefined ? null : attribute(fee, 'fee')) ?? '').find((coin) => coin.denom === denom)?.amount ?? 0n
  );
}

/** Whether its sequence was consumed. A transaction that failed its checks inside a block consumed nothing, and may yet come again. */
export const isConsumed = ({ code, events }: IncludedTransaction): boolean =>
  code === 0 || events.some((event) => event.type === 'tx' && attribute(event, 'acc_seq') !== null);

/** Null where the bytes are not of the kind that this code knows. */
export function memoOf({ bytes }: IncludedTransaction): string | null {
  try {
    return decodeTxRaw(bytes).body.memo;
  } catch {
    return null;
  }
}
