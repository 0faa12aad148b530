/**
 * What an invoice bills besides what its plan bills ahead: what is over, by the terms that were in force then, and what stands beside the
 * plan. Bills and previews both come here.
 */
import { usageFrom } from '../../domain/invoice/arrears';
import { itemLines, settledBy, waitingLines } from '../../domain/invoice/item-lines';
import type { InvoiceContents } from '../../domain/invoice/assemble-for';
import type { Span } from '../../domain/invoice/period-lines';
import { momentOf } from '../../domain/plan/in-force';
import type { PlanVersion } from '../../domain/plan';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import { loadArrears, noArrears, type Arrears, type ArrearsRequest } from './arrears';
import { loadBillingFacts, type BillingFacts } from './billing-facts';
import type { Recording } from './record';

export interface EndedStretch extends Omit<ArrearsRequest, 'plan' | 'grace' | 'usageAlone'> {
  readonly facts: BillingFacts;
  /** Usage waits for what comes late, as the tenant wants it; a preview shows it as it stands. */
  readonly withGrace: boolean;
  /** The plan of the time after the end: most often that of the time before it, too. */
  readonly plan: PlanVersion;
}

/** The version as it was in force; another one is read only where another one follows. */
async function planBefore(
  database: Database,
  { state, facts, plan }: Pick<EndedStretch, 'state' | 'facts' | 'plan'>,
): Promise<PlanVersion | null> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const inForce = momentOf(state, terms.planId, usageFrom(state));
  if (plan.planId === terms.planId && plan.version === terms.planVersion) return facts.planAt(inForce);
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  return (await loadBillingFacts(database.as(tenantId), request))?.plan ?? null;
}

/** Reads what is billed in arrears at an end; nothing, and no query, where the plan bills ahead alone. */
async function endedArrears(
  database: Database,
  { facts, plan: next, withGrace, stretch, ...ended }: BesidesRequest,
): Promise<Arrears> {
  const { state } = ended;
  const plan = state.period === null ? null : await planBefore(database, { state, facts, plan: next });
  const grace = { hours: facts.usageGraceHours, nextEnd: stretch?.period.end ?? null };
  const { lateUsage } = facts;
  return plan === null
    ? noArrears
    : loadArrears(database, { ...ended, plan, lateUsage, ...(withGrace ? { grace } : {}) });
}

/** Lines beside the plan's own, with what is recorded of them. */
export interface Besides extends Pick<InvoiceContents, 'lines' | 'limits'> {
  readonly parts: Pick<Recording, 'usage' | 'items'>;
  /** For the fact, where usage of what ends is billed later. */
  readonly ended: Pick<Arrears, 'unbilled' | 'late'>;
}

export interface BesidesRequest extends EndedStretch {
  /** The period that begins; null for an end after which nothing is billed. */
  readonly stretch: { readonly full: Span; readonly period: Span } | null;
}

function ownLines({ state, facts, at, policy, stretch }: BesidesRequest): InvoiceContents['lines'] {
  const { currency, timeZone } = state;
  const common = { currency, policy, timeZone };
  return stretch === null
    ? waitingLines(facts.items, at, common)
    : itemLines(facts.items, { ...common, full: stretch.full, period: stretch.period });
}

/** Until when all usage is billed once this is written: what waits is billed later, by the items as they are now. */
const countedUntil = ({ state, at }: BesidesRequest, unbilled: Arrears['unbilled']): Instant =>
  unbilled === undefined ? at : (state.unbilledUsage?.[0]?.from ?? unbilled.from);

/** All that a boundary bills besides the plan's own prices for the time ahead. */
export async function besidesOf(database: Database, request: BesidesRequest): Promise<Besides> {
  const { lines, limits, usage, unbilled, late } = await endedArrears(database, request);
  const settled = settledBy(request.facts.items, request.at, countedUntil(request, unbilled));
  const parts = { ...(usage.length === 0 ? {} : { usage }), ...(settled.length === 0 ? {} : { items: { settled } }) };
  const ended = { ...(unbilled === undefined ? {} : { unbilled }), ...(late === undefined ? {} : { late }) };
  return { lines: [...ownLines(request), ...lines], limits, parts, ended };
}
