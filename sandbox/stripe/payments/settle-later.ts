/** Settles bank debits and pending refunds by themselves after a while, when the sandbox was started so. */
import { succeedRefund } from '../resources/refunds';
import type { StoredEvent } from '../state/stored';
import type { World } from '../state/world';
import { settlePayment } from './resume-payment';

export interface Settler {
  /** Waits again for what was under way when the sandbox stopped. */
  resume(): void;
  close(): void;
}

interface SettlerOptions {
  /** Milliseconds; null to settle nothing. */
  readonly afterMs: number | null;
  commit(): void;
}

/** Payments without a foreseen answer (`pm_usBankAccount_processing`) stay as they are. */
export function createSettler(world: World, { afterMs, commit }: SettlerOptions): Settler {
  const timers = new Set<NodeJS.Timeout>();
  const later = (action: () => void): void => {
    if (afterMs === null) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
      commit();
    }, afterMs);
    timers.add(timer);
  };
  const settleIntent = (id: string): void => {
    const intent = world.paymentIntents.get(id);
    const foreseen = world.pendingOutcomes.get(id)?.then ?? null;
    if (intent?.status === 'processing' && foreseen !== null) settlePayment(world, intent, foreseen);
  };
  const settleRefund = (id: string): void => {
    const refund = world.refunds.get(id);
    if (refund?.status === 'pending') succeedRefund(world, refund);
  };
  world.onEvent((event) => {
    if (event.type === 'payment_intent.processing') later(() => settleIntent(idOf(event)));
    if (event.type === 'refund.created') later(() => settleRefund(idOf(event)));
  });
  return {
    resume: () => {
      for (const intent of world.paymentIntents.values())
        if (intent.status === 'processing') later(() => settleIntent(intent.id));
      for (const refund of world.refunds.values())
        if (refund.status === 'pending') later(() => settleRefund(refund.id));
    },
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}

const idOf = (event: StoredEvent): string => (event.data.object as { id: string }).id;
