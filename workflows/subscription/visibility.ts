/**
 * What operators search for and read. Attributes are upserted only when such a value changes: never in the steady cycle.
 */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import { describeState } from '../../domain/subscription/details';
import type { Step } from '../../domain/subscription/decide';
import type { SubscriptionState } from '../../domain/subscription/state';
import { searchAttributes } from '../contract';

const { tenantId, customerId, planId, billingStatus, dunningStep, needsAttention } = searchAttributes;

const searched = (state: SubscriptionState) => ({
  plan: state.terms.planId,
  status: state.status,
  step: state.collection?.step ?? 0,
  attention: state.attention !== null,
});

/** All attributes of a subscription: given at the start and at each new run, which costs nothing. */
export function attributesOf(state: SubscriptionState): TypedSearchAttributes {
  const { plan, status, step, attention } = searched(state);
  return new TypedSearchAttributes([
    { key: tenantId, value: state.tenantId },
    { key: customerId, value: state.customerId },
    { key: planId, value: plan },
    { key: billingStatus, value: status },
    { key: dunningStep, value: step },
    { key: needsAttention, value: attention },
  ]);
}

/** Upserts what changed between two states, if anything did. */
export function showChange(before: SubscriptionState, after: SubscriptionState): void {
  const old = searched(before);
  const now = searched(after);
  const changed = [
    ...(old.plan === now.plan ? [] : [{ key: planId, value: now.plan }]),
    ...(old.status === now.status ? [] : [{ key: billingStatus, value: now.status }]),
    ...(old.step === now.step ? [] : [{ key: dunningStep, value: now.step }]),
    ...(old.attention === now.attention ? [] : [{ key: needsAttention, value: now.attention }]),
  ];
  if (changed.length > 0) upsertSearchAttributes(changed);
}

/** What the UI shows beside the history. It costs nothing: it is read from the worker. */
export function showDetails(state: SubscriptionState, step: Step): void {
  setCurrentDetails(describeState(state, step));
}
