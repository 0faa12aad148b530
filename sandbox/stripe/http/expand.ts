/** `expand[]`: replaces ids by their objects in an answer, along paths such as `data.latest_charge.balance_transaction`. */
import { invalidParameter } from './failure';
import { listPage } from './list';
import type { World } from '../state/world';

type Fields = Record<string, unknown>;

/** Stripe follows at most four steps. */
const DEPTH_MAX = 4;

/** Where the object of an id lives, by the id's prefix. */
const collectionByPrefix: Readonly<Record<string, (world: World) => { get(id: string): object | undefined }>> = {
  ch: (world) => world.charges,
  cus: (world) => world.customers,
  du: (world) => world.disputes,
  mandate: (world) => world.mandates,
  pi: (world) => world.paymentIntents,
  pm: (world) => world.paymentMethods,
  po: (world) => world.payouts,
  py: (world) => world.charges,
  pyr: (world) => world.refunds,
  re: (world) => world.refunds,
  setatt: (world) => world.setupAttempts,
  seti: (world) => world.setupIntents,
  txn: (world) => world.balanceTransactions,
};

/** Members that exist only when they are expanded, by the object that has them. */
const includable: Readonly<Record<string, (world: World, owner: Fields) => unknown>> = {
  'charge.refunds': (world, owner) => {
    const refunds = world.refunds.newestFirst().filter((refund) => refund.charge === owner['id']);
    return listPage(`/v1/charges/${String(owner['id'])}/refunds`, refunds, {});
  },
};

/** Every member that can be a step of a path, on whatever object. */
const STEPS: ReadonlySet<string> = new Set([
  'application',
  'balance_transaction',
  'charge',
  'customer',
  'data',
  'default_payment_method',
  'default_source',
  'destination',
  'failure_balance_transaction',
  'invoice_settings',
  'last_payment_error',
  'last_setup_error',
  'latest_attempt',
  'latest_charge',
  'line_items',
  'mandate',
  'on_behalf_of',
  'original_payout',
  'payment_intent',
  'payment_method',
  'refunds',
  'reversed_by',
  'review',
  'setup_intent',
  'single_use_mandate',
  'source',
  'source_transfer',
  'tax_breakdown',
]);

/** Refuses paths that no answer could have, before anything is executed. */
export function checkExpandPaths(paths: readonly string[]): void {
  for (const path of paths) {
    const steps = path.split('.');
    if (!steps.every((step) => STEPS.has(step))) throw notExpandable(path);
    if (steps.length > DEPTH_MAX) {
      throw invalidParameter(
        null,
        'expand',
        `You cannot expand more than ${DEPTH_MAX} levels of a property (${path}).`,
      );
    }
  }
}

/** The answer with these paths expanded. The stored objects stay as they are: what changes is copied. */
export function expand(world: World, answer: object, paths: readonly string[]): object {
  return paths.reduce((expanded, path) => expandPath(world, expanded, path.split('.'), path) as object, answer);
}

function expandPath(world: World, value: unknown, steps: readonly string[], path: string): unknown {
  const [step, ...later] = steps;
  if (step === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => expandPath(world, entry, steps, path));
  if (typeof value !== 'object') throw notExpandable(path);
  const owner = value as Fields;
  const member = memberOf(world, owner, step);
  if (member === undefined) throw notExpandable(path);
  const object = typeof member === 'string' ? objectOf(world, member, path) : member;
  return { ...owner, [step]: expandPath(world, object, later, path) };
}

function memberOf(world: World, owner: Fields, step: string): unknown {
  return (
    owner[step] ??
    includable[`${String(owner['object'])}.${step}`]?.(world, owner) ??
    (step in owner ? null : undefined)
  );
}

function objectOf(world: World, id: string, path: string): object | string {
  const prefix = id.slice(0, id.indexOf('_'));
  const collection = collectionByPrefix[prefix];
  if (collection === undefined) throw notExpandable(path);
  return collection(world).get(id) ?? world.deletedCustomers.get(id) ?? id;
}

const notExpandable = (path: string): Error =>
  invalidParameter(null, 'expand', `This property cannot be expanded (${path}).`);
