/** Writes a settlement with its legs and the message that starts its workflow, starts it, and waits until the payer can be told where to pay. */
import type { Queryable } from '../db/pool';
import { depositsOfSettlements } from '../db/queries/chain-deposits';
import { findCustomer } from '../db/queries/customers';
import { instructionsOf } from '../db/queries/deposit-instructions';
import { insertOutboxMessage, markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { insertLeg, legsOfSettlements, type Leg } from '../db/queries/settlement-legs';
import { findSettlement, insertSettlement, type Settlement, type SettlementFee } from '../db/queries/settlements';
import { baseUnitsOf, findAsset } from '../domain/chain/asset';
import { fail, type FieldError } from '../domain/errors';
import { idFromFacts, settlementWorkflowId } from '../domain/ids';
import type { Money } from '../domain/money';
import { planLegs } from '../domain/settlement/plan-legs';
import { initialSettlement, type DepositPolicy, type SettlementState } from '../domain/settlement/state';
import { hourMs, secondMs } from '../domain/time';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404, foundOr422 } from './found';
import { recordChange } from './record-change';
import type { SettlementBody, SettlementParts } from './resources/settlement';

const faulty = (...fields: FieldError[]): never => fail('validation_failed', {}, { fields });

/** Where an asset is collected. @throws PerennialError `validation_failed` for one that no chain of this deployment has */
function chainOf({ chainIds }: ApiDependencies, { currency }: Money, path: string): string {
  const chain = findAsset(currency)?.chain;
  if (chain !== undefined && chainIds.includes(chain)) return chain;
  return faulty({ path, message: 'is not an asset of a chain that is configured' });
}

function unitsOf(amount: Money, tolerance: Money | undefined, path: string): string {
  if (tolerance === undefined) return '0';
  if (tolerance.currency !== amount.currency) faulty({ path, message: 'must be in the asset that is collected' });
  return baseUnitsOf(tolerance).toString();
}

function policyOf({ amount, policy }: SettlementBody): DepositPolicy {
  const { under, over, late, late_hours: lateHours } = policy;
  return {
    underTolerance: unitsOf(amount, policy.under_tolerance, 'policy.under_tolerance'),
    under,
    overTolerance: unitsOf(amount, policy.over_tolerance, 'policy.over_tolerance'),
    over,
    late,
    lateForMs: lateHours * hourMs,
  };
}

function legsOf(deps: ApiDependencies, tenantId: string, id: string, body: SettlementBody): Leg[] {
  const wanted = body.legs.map(({ percent = null, amount = null, source_amount: source = null }, index) => {
    if ((percent === null) === (amount === null))
      faulty({ path: `legs.${index}`, message: 'must name a percentage or an amount' });
    return { percent, amount, source };
  });
  const planned = planLegs(body.amount, wanted);
  if ('errors' in planned) return faulty(...planned.errors);
  return body.legs.map((leg, position) => {
    const { amount, source } = planned.legs[position] ?? fail('internal');
    if (baseUnitsOf(amount) === 0n) faulty({ path: `legs.${position}`, message: 'comes to nothing' });
    const { kind, party, destination, tag = null, book_rate: bookRate = null } = leg;
    return {
      ...{ id: idFromFacts('leg', id, String(position)), tenantId, settlementId: id, position, kind, party },
      ...{ chain: chainOf(deps, amount, `legs.${position}.amount`), amount, source, bookRate, destination, tag },
    };
  });
}

export interface SettlementRequest {
  readonly id: string;
  readonly body: SettlementBody;
  readonly fee: SettlementFee | null;
}

/** What a body asks for, ready to be written. @throws PerennialError `validation_failed` on the field that is wrong */
export async function prepareSettlement(
  db: Queryable,
  deps: ApiDependencies,
  tenantId: string,
  { id, body, fee }: SettlementRequest,
): Promise<{ readonly settlement: Omit<Settlement, 'status'>; readonly legs: readonly Leg[] }> {
  const { amount, description, stream, payer = null, customer_id: customerId = null, book = null, metadata } = body;
  if (baseUnitsOf(amount) <= 0n) faulty({ path: 'amount.amount', message: 'must be above zero' });
  const chain = chainOf(deps, amount, 'amount.currency');
  if (customerId !== null) foundOr422(await findCustomer(db, tenantId, customerId), 'customer_id', 'customer');
  const legs = legsOf(deps, tenantId, id, body);
  const now = deps.wallClock();
  const terms = {
    chain,
    expected: baseUnitsOf(amount).toString(),
    deadline: now + body.deadline_seconds * secondMs,
    policy: policyOf(body),
    needsApproval: body.needs_approval,
    order: body.order,
  };
  const state = initialSettlement({ tenantId, settlementId: id, label: description, terms, legs });
  const settlement = {
    ...{ id, tenantId, customerId, payer, description, chain, amount, stream, book, fee, state, metadata },
    ...{ refundAddress: body.refund_address ?? null, occurredAt: now },
  };
  return { settlement, legs };
}

/** Writes a settlement in the caller's transaction, with the message that starts it. */
export async function writeSettlement(
  db: Queryable,
  { settlement, legs }: { readonly settlement: Omit<Settlement, 'status'>; readonly legs: readonly Leg[] },
): Promise<void> {
  const { id, tenantId, state } = settlement;
  await insertSettlement(db, settlement);
  for (const leg of legs) await insertLeg(db, leg);
  const workflowId = settlementWorkflowId(tenantId, id);
  await insertOutboxMessage(db, { tenantId, kind: 'start_settlement', workflowId, payload: { state } });
}

/** Starts the workflow of a settlement whose message was not delivered yet. @throws PerennialError `temporal_unavailable` */
export async function startWritten(deps: ApiDependencies, state: SettlementState): Promise<void> {
  const { tenantId, settlementId } = state;
  const db = deps.database.as(tenantId);
  const workflowId = settlementWorkflowId(tenantId, settlementId);
  const waiting = await waitingOutboxMessages(db, { tenantId, workflowId, kind: 'start_settlement' });
  if (waiting.length === 0) return;
  await deps.workflows.startSettlement(state);
  await markOutboxDelivered(db, tenantId, waiting);
}

/** A chain that answers does so in a fraction of this; one that does not is told later, when the settlement is read. */
const openWaitMs = 8_000;
const openLookMs = 60;

async function waitUntilOpen(deps: ApiDependencies, tenantId: string, id: string): Promise<void> {
  const until = deps.wallClock() + openWaitMs;
  while (deps.wallClock() < until) {
    const settlement = await findSettlement(deps.database.as(tenantId), tenantId, id);
    if (settlement === null || settlement.status !== 'quoted') return;
    await new Promise((resolve) => setTimeout(resolve, openLookMs));
  }
}

/** What an answer shows of some settlements beside their rows. */
export async function partsOf(db: Queryable, tenantId: string, ids: readonly string[]): Promise<SettlementParts> {
  const [legs, deposits, instructions] = await Promise.all([
    legsOfSettlements(db, tenantId, ids),
    depositsOfSettlements(db, tenantId, ids),
    instructionsOf(db, tenantId, ids),
  ]);
  return { legs, deposits, instructions };
}

/**
 * Opens a settlement and answers it.
 * @throws PerennialError `validation_failed`, `temporal_unavailable`: then row and message stand, and the relay starts it later
 */
export async function createSettlement(
  c: ApiContext,
  deps: ApiDependencies,
  request: SettlementRequest,
): Promise<Settlement> {
  const { tenantId } = tenantOf(c);
  const { id } = request;
  const db = deps.database.as(tenantId);
  const read = () => findSettlement(db, tenantId, id);
  if ((await read()) === null) {
    await deps.database.transaction(tenantId, async (within) => {
      const prepared = await prepareSettlement(within, deps, tenantId, request);
      await writeSettlement(within, prepared);
      const { amount, payer, occurredAt } = prepared.settlement;
      const after = { settlement_id: id, amount, payer };
      const event = { type: 'settlement.created', data: after };
      await recordChange(within, c, { action: 'settlement.create', subjectId: id, after, occurredAt, event });
    });
  }
  const written = foundOr404(await read(), 'Settlement', id);
  await startWritten(deps, written.state);
  await waitUntilOpen(deps, tenantId, id);
  return foundOr404(await read(), 'Settlement', id);
}
