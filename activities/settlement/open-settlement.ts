/** Tells the payer where to pay: takes a number, makes the instruction by the chain's adapter, and lets the watcher look for it. */
import {
  loadInstruction,
  loadSettlement,
  storeInstruction,
  takeDepositNumber,
} from '../../db/transactions/settlement-progress';
import { baseUnitsOf } from '../../domain/chain/asset';
import { fail } from '../../domain/errors';
import type { SettlementOutcome } from '../../domain/settlement/facts';
import type { SettlementState } from '../../domain/settlement/state';
import type { Instant } from '../../domain/time';
import { senderAccount } from '../chain/sender-account';
import type { ActivityDependencies } from '../dependencies';
import { factBefore, recordOnce } from './once';

export interface SettlementStepInput {
  readonly state: SettlementState;
  readonly now: Instant;
}

/** What comes long after everything is over is still seen and shown, in milliseconds. */
const watchAfterMs = 7 * 24 * 60 * 60 * 1000;

async function addressFor(deps: ActivityDependencies, state: SettlementState): Promise<string> {
  const { tenantId, settlementId, terms, label } = state;
  const db = deps.database.as(tenantId);
  const known = await loadInstruction(db, tenantId, settlementId);
  if (known?.instruction != null) return known.instruction.address;
  const setting = await deps.chainNamed(terms.chain);
  const { chain, signer } = setting;
  // Its row gives the numbers out.
  await senderAccount(deps, setting);
  const watchUntil = terms.deadline + terms.policy.lateForMs + watchAfterMs;
  const wanted = { settlementId, tenantId, chain: chain.id, keyId: signer.keyId, watchUntil };
  const { child: index } = (await takeDepositNumber(db, wanted)) ?? fail('internal');
  const { settlement } = (await loadSettlement(db, tenantId, settlementId)) ?? fail('internal');
  const { amount } = settlement;
  const request = { reference: settlementId, index, asset: amount.currency, label };
  const made = await chain.depositInstruction({ ...request, amount: baseUnitsOf(amount).toString() }, signer);
  await storeInstruction(db, tenantId, settlementId, made);
  return made.address;
}

/** @throws ChainUnavailable, SignerUnavailable; PerennialError `chain_not_configured` */
export function openSettlement(deps: ActivityDependencies) {
  return async function open({ state, now }: SettlementStepInput): Promise<SettlementOutcome> {
    const before = await factBefore(deps, state);
    if (before !== null) return before;
    return recordOnce(deps, state, { kind: 'opened', address: await addressFor(deps, state) }, now);
  };
}
