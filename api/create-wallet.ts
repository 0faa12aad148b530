/** Opens a wallet and changes its rules. */
import type { z } from '@hono/zod-openapi';
import { findCustomer } from '../db/queries/customers';
import { metersNamed } from '../db/queries/meters';
import { findWallet, insertWallet, lockWallet, updateWallet, type StoredWallet } from '../db/queries/wallets';
import type { Denomination } from '../domain/credits/denomination';
import type { TopUpRules } from '../domain/credits/top-up';
import { fail } from '../domain/errors';
import { aggregations } from '../domain/metering/aggregations';
import { idFromSeed } from '../domain/ids';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404, foundOr422 } from './found';
import { recordChange } from './record-change';
import { rulesOf, type walletBody, type walletPatch } from './resources/wallet';

const fault = (path: string, message: string): never => fail('validation_failed', {}, { fields: [{ path, message }] });

function denominationOf({ currency, unit }: z.output<typeof walletBody>): Denomination {
  if (currency !== undefined && unit === undefined) return { kind: 'currency', currency };
  if (unit !== undefined && currency === undefined) return { kind: 'unit', unit };
  return fault('currency', 'must be given, or else unit, and not both');
}

/** What automatic top-ups are paid with must have a price: a mistake would show when nobody looks. */
function payCurrencyOf(denomination: Denomination, rules: TopUpRules, given: string | undefined): string | null {
  if (denomination.kind === 'currency') {
    if (given === undefined || given === denomination.currency) return denomination.currency;
    return fault('pay_currency', `must be ${denomination.currency}, which the wallet holds`);
  }
  const prices = Object.keys(rules.unit_prices ?? {});
  if (given === undefined)
    return rules.automatic === null ? null : fault('pay_currency', 'is required for automatic top-ups of units');
  return prices.includes(given) ? given : fault('pay_currency', 'must have a price in top_up_rules.unit_prices');
}

/** The meter that the units pay for: one whose quantities add up, so that a part of them can be paid. */
async function meterOf(
  { database }: ApiDependencies,
  tenantId: string,
  denomination: Denomination,
  named: string | undefined,
): Promise<string | null> {
  if (named === undefined) return null;
  if (denomination.kind === 'currency') return fault('meter', 'is for wallets of units: money pays every invoice');
  const [meter] = await metersNamed(database.as(tenantId), tenantId, [named]);
  if (meter === undefined) return fault('meter', 'is not a meter of this tenant');
  return aggregations[meter.definition.aggregation].adds
    ? meter.id
    : fault('meter', `must add up over time, and ${meter.definition.aggregation} does not`);
}

/**
 * Opens a wallet; a customer has one per currency and unit.
 * @throws PerennialError `validation_failed`, `already_exists`.
 */
export async function createWallet(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof walletBody>,
): Promise<StoredWallet> {
  const { tenantId } = tenantOf(c);
  const denomination = denominationOf(body);
  const rules = rulesOf(denomination, body.top_up_rules);
  const payCurrency = payCurrencyOf(denomination, rules, body.pay_currency);
  const found = await findCustomer(deps.database.as(tenantId), tenantId, body.customer_id);
  const customer = foundOr422(found, 'customer_id', 'customer');
  const meterId = await meterOf(deps, tenantId, denomination, body.meter);
  const id = idFromSeed('wal', c.get('seed'));
  const occurredAt = customer.clockNow ?? deps.wallClock();
  return deps.database.transaction(tenantId, async (db) => {
    const { name, stream } = body;
    await insertWallet(db, {
      id,
      tenantId,
      customerId: customer.id,
      name,
      denomination,
      meterId,
      stream,
      rules,
      payCurrency,
      occurredAt,
    });
    const wallet = await findWallet(db, tenantId, id);
    const held = denomination.kind === 'currency' ? denomination.currency : denomination.unit;
    if (wallet === null) return fail('already_exists', { resource: 'Wallet of the customer in', id: held });
    const after = { wallet_id: id, customer_id: customer.id, denomination, rules };
    const event = { type: 'wallet.created', customerId: customer.id, data: { wallet_id: id } };
    await recordChange(db, c, { action: 'wallet.create', subjectId: id, after, occurredAt, event });
    return wallet;
  });
}

/**
 * Changes name and rules. Automatic top-ups that a failure stopped may begin again.
 * @throws PerennialError `not_found`, `validation_failed`.
 */
export async function changeWallet(
  c: ApiContext,
  deps: ApiDependencies,
  id: string,
  body: z.output<typeof walletPatch>,
): Promise<StoredWallet> {
  const { tenantId } = tenantOf(c);
  return deps.database.transaction(tenantId, async (db) => {
    const wallet = foundOr404(await lockWallet(db, tenantId, id), 'Wallet', id);
    const { name, denomination, payCurrency, clockNow, customerId } = wallet;
    const rules = body.top_up_rules === undefined ? wallet.rules : rulesOf(denomination, body.top_up_rules);
    const given = body.pay_currency ?? (payCurrency === '' ? undefined : payCurrency);
    const pay = payCurrencyOf(denomination, rules, given) ?? '';
    await updateWallet(db, { ...wallet, name: body.name ?? name, rules, payCurrency: pay });
    const event = { type: 'wallet.updated', customerId, data: { wallet_id: id, changed: Object.keys(body) } };
    const change = { before: { name, rules: wallet.rules }, after: { name: body.name ?? name, rules } };
    const occurredAt = clockNow ?? deps.wallClock();
    await recordChange(db, c, { action: 'wallet.update', subjectId: id, ...change, occurredAt, event });
    return foundOr404(await findWallet(db, tenantId, id), 'Wallet', id);
  });
}
