/** Wallets, their grants, movements and top-ups on the wire. */
import { z } from '@hono/zod-openapi';
import type { StoredGrant } from '../../db/queries/credit-grants';
import type { StoredMovement } from '../../db/queries/wallet-movements';
import type { StoredTopUp } from '../../db/queries/wallet-top-ups';
import type { StoredWallet } from '../../db/queries/wallets';
import type { Denomination } from '../../domain/credits/denomination';
import { balanceOf, type GrantTerms, leftOf, parseGrant } from '../../domain/credits/grant';
import { parseTopUpRules, type TopUpRules } from '../../domain/credits/top-up';
import { fail } from '../../domain/errors';
import { toIso } from '../../domain/time';
import {
  currencyField,
  idField,
  instantAnswer,
  isoOrNull,
  moneyAnswer,
  shortText,
  streamField,
  wireMoney,
} from '../fields';
import { customerExample } from './customer';

const at = '2026-01-31T00:00:00.000Z';
const amountText = z.string().openapi({ example: '50.00' });
const interval = z.strictObject({ unit: z.enum(['day', 'week', 'month', 'year']), count: z.number().int() });

const rollover = z
  .strictObject({
    minimum: z.string().default('0'),
    maximum: z.string().nullish(),
    interval,
    times_max: z.number().int().nullish(),
  })
  .openapi({
    description:
      'At its expiry max(minimum, min(what is left, maximum)) goes on for another interval. Paid credits have no minimum.',
  });

const rulesExample = {
  minimum: '10.00',
  maximum: '500.00',
  balance_maximum: null,
  bonus_percent: '10',
  unit_prices: null,
  expires_after: { unit: 'year' as const, count: 1 },
  rollover: null,
  automatic: { threshold: '5.00', amount: '50.00', target: null },
};

const rulesField = z
  .strictObject({
    minimum: z.string().nullish(),
    maximum: z.string().nullish(),
    balance_maximum: z.string().nullish(),
    bonus_percent: z.string().default('0'),
    unit_prices: z.record(z.string(), z.string()).nullish(),
    expires_after: interval.nullish(),
    rollover: rollover.nullish(),
    automatic: z
      .strictObject({ threshold: z.string(), amount: z.string().nullish(), target: z.string().nullish() })
      .nullish()
      .openapi({
        description:
          'Tops up below the threshold: by an amount, or up to a target. Never a second one while one is in flight.',
      }),
  })
  .openapi('TopUpRules', { example: rulesExample });

export const walletBody = z
  .strictObject({
    customer_id: idField(customerExample.id),
    name: shortText.default('Credits'),
    currency: currencyField.optional().openapi({ description: 'What it holds: money, which pays invoices; or units.' }),
    unit: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be 1 to 40 lower-case letters, digits or underscores')
      .optional(),
    meter: shortText
      .optional()
      .openapi({ description: 'Of units: a meter, by code or id, whose usage they pay before money does.' }),
    stream: streamField.default('credits').openapi({ description: 'What earns when bought units are used.' }),
    pay_currency: currencyField.optional().openapi({ description: 'What automatic top-ups of units are paid with.' }),
    top_up_rules: rulesField.optional(),
  })
  .openapi('WalletCreate', {
    example: { customer_id: customerExample.id, name: 'Prepaid', currency: 'USD', top_up_rules: rulesExample },
  });

export const walletPatch = z
  .strictObject({
    name: shortText.optional(),
    pay_currency: currencyField.optional(),
    top_up_rules: rulesField.optional(),
  })
  .openapi('WalletUpdate', { example: { top_up_rules: rulesExample } });

export const walletExample = {
  id: 'wal_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: customerExample.id,
  name: 'Prepaid',
  currency: 'USD',
  unit: null,
  meter_id: null,
  stream: 'credits',
  pay_currency: 'USD',
  top_up_rules: rulesExample,
  balance: { paid: '42.50', granted: '5', total: '47.5' },
  automatic_top_up: 'ready' as const,
  created_at: at,
};

export const walletAnswer = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    name: z.string(),
    currency: z.string().nullable(),
    unit: z.string().nullable(),
    meter_id: z.string().nullable().openapi({ description: 'The meter whose usage the units pay.' }),
    stream: z.string(),
    pay_currency: z.string().nullable(),
    top_up_rules: z.looseObject({}).openapi({ description: 'As in the request, with what was left out.' }),
    balance: z
      .object({ paid: z.string(), granted: z.string(), total: z.string() })
      .openapi({ description: 'What can be drawn now, paid and granted credits apart.' }),
    automatic_top_up: z.enum(['off', 'ready', 'in_flight', 'halted']).openapi({
      description: 'Halted after a failure, until the customer has a new payment method or the rules are set anew.',
    }),
    created_at: instantAnswer,
  })
  .openapi('Wallet', { example: walletExample });

/** Whoever states no rules sets no bounds; units without rules have no price and cannot be bought. */
const withoutRules = ({ kind }: Denomination): TopUpRules => ({
  minimum: null,
  maximum: null,
  balance_maximum: null,
  bonus_percent: '0',
  unit_prices: kind === 'unit' ? {} : null,
  expires_after: null,
  rollover: null,
  automatic: null,
});

/**
 * The rules of a body for a denomination.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function rulesOf(denomination: Denomination, body: z.output<typeof rulesField> | undefined): TopUpRules {
  if (body === undefined) return withoutRules(denomination);
  const parsed = parseTopUpRules(denomination, body);
  if (!Array.isArray(parsed)) return parsed;
  const pathOf = (path: string): string => (path === '' ? 'top_up_rules' : `top_up_rules.${path}`);
  return fail(
    'validation_failed',
    {},
    { fields: parsed.map(({ path, message }) => ({ path: pathOf(path), message })) },
  );
}

function automaticOf({ rules, automatic }: StoredWallet): z.infer<typeof walletAnswer>['automatic_top_up'] {
  if (rules.automatic === null) return 'off';
  if (automatic.isInFlight) return 'in_flight';
  return automatic.isHalted ? 'halted' : 'ready';
}

/** A wallet as it leaves; its balance is of that instant. */
export function presentWallet(wallet: StoredWallet, now: number): z.infer<typeof walletAnswer> {
  const { denomination, payCurrency } = wallet;
  return {
    id: wallet.id,
    customer_id: wallet.customerId,
    name: wallet.name,
    currency: denomination.kind === 'currency' ? denomination.currency : null,
    unit: denomination.kind === 'unit' ? denomination.unit : null,
    meter_id: wallet.meterId,
    stream: wallet.stream,
    pay_currency: payCurrency === '' ? null : payCurrency,
    top_up_rules: { ...wallet.rules },
    balance: { ...balanceOf(wallet.grants, now) },
    automatic_top_up: automaticOf(wallet),
    created_at: toIso(wallet.occurredAt),
  };
}

export const grantBody = z
  .strictObject({
    amount: amountText,
    priority: z.number().int().default(128).openapi({ description: '1 to 255; lower is drawn first.' }),
    effective_at: z.string().nullish(),
    expires_at: z.string().nullish(),
    rollover: rollover.nullish(),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .openapi('GrantCreate', {
    example: { amount: '25.00', priority: 50, expires_at: '2027-01-01T00:00:00.000Z', reason: 'welcome' },
  });

/**
 * The terms of a body.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function termsOf(denomination: Denomination, body: z.output<typeof grantBody>): GrantTerms {
  const { reason: _reason, ...terms } = body;
  const parsed = parseGrant(denomination, terms);
  return Array.isArray(parsed) ? fail('validation_failed', {}, { fields: parsed }) : parsed;
}

export const grantExample = {
  id: 'cg_01kav5xq8yfz2s1m3c4d5e6f7g',
  wallet_id: walletExample.id,
  origin: 'paid' as const,
  amount: '25',
  left: '20',
  paid: { amount: '25.00', currency: 'USD' },
  priority: 50,
  effective_at: at,
  expires_at: '2027-01-01T00:00:00.000Z',
  rollover: null,
  reason: 'top-up',
  created_at: at,
};

export const grantAnswer = z
  .object({
    id: z.string(),
    wallet_id: z.string(),
    origin: z.enum(['paid', 'granted']),
    amount: z.string(),
    left: z.string().openapi({ description: 'Neither drawn nor used, expired or rolled over.' }),
    paid: moneyAnswer.nullable().openapi({ description: 'What the customer paid for all of it.' }),
    priority: z.number(),
    effective_at: instantAnswer,
    expires_at: instantAnswer.nullable(),
    rollover: z.looseObject({}).nullable(),
    reason: z.string().nullable(),
    created_at: instantAnswer,
  })
  .openapi('Grant', { example: grantExample });

/** A grant as it leaves. */
export function presentGrant(grant: StoredGrant): z.infer<typeof grantAnswer> {
  return {
    id: grant.id,
    wallet_id: grant.walletId,
    origin: grant.origin,
    amount: grant.amount,
    left: leftOf(grant),
    paid: grant.paid === null ? null : wireMoney(grant.paid),
    priority: grant.priority,
    effective_at: toIso(grant.effectiveAt),
    expires_at: isoOrNull(grant.expiresAt),
    rollover: grant.rollover === null ? null : { ...grant.rollover },
    reason: grant.reason,
    created_at: toIso(grant.grantedAt),
  };
}

export const movementExample = {
  id: 'wm_01kav5xq8yfz2s1m3c4d5e6f7g',
  wallet_id: walletExample.id,
  grant_id: grantExample.id,
  kind: 'drawn' as const,
  amount: '-5',
  paid: { amount: '5.00', currency: 'USD' },
  invoice_id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  reason: null,
  created_at: at,
};

export const movementAnswer = z
  .object({
    id: z.string(),
    wallet_id: z.string(),
    grant_id: z.string(),
    kind: z.enum(['granted', 'drawn', 'used', 'expired', 'rolled_over']),
    amount: z.string().openapi({ description: 'What the grant gained; below zero: what it lost.' }),
    paid: moneyAnswer.nullable().openapi({ description: 'What was paid for it; null for granted credits.' }),
    invoice_id: z.string().nullable(),
    reason: z.string().nullable(),
    created_at: instantAnswer,
  })
  .openapi('WalletMovement', { example: movementExample });

/** A movement as it leaves. */
export function presentMovement(movement: StoredMovement): z.infer<typeof movementAnswer> {
  return {
    id: movement.id,
    wallet_id: movement.walletId,
    grant_id: movement.grantId,
    kind: movement.kind,
    amount: movement.amount,
    paid: movement.paid === null ? null : wireMoney(movement.paid),
    invoice_id: movement.invoiceId,
    reason: movement.reason,
    created_at: toIso(movement.occurredAt),
  };
}

export const useBody = z
  .strictObject({ amount: amountText, reason: z.string().trim().min(1).max(500).optional() })
  .openapi('WalletUse', { example: { amount: '250', reason: 'batch 17' } });

export const topUpBody = z
  .strictObject({
    amount: amountText,
    currency: currencyField
      .optional()
      .openapi({ description: 'What units are paid with; left out: `pay_currency` of the wallet.' }),
  })
  .openapi('TopUpCreate', { example: { amount: '50.00' } });

export const topUpExample = {
  id: 'tu_01kav5xq8yfz2s1m3c4d5e6f7g',
  wallet_id: walletExample.id,
  amount: '50',
  bonus: '5',
  price: { amount: '50.00', currency: 'USD' },
  automatic: false,
  status: 'succeeded' as const,
  failure: null,
  invoice_id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  settled_at: at,
  created_at: at,
};

export const topUpAnswer = z
  .object({
    id: z.string(),
    wallet_id: z.string(),
    amount: z.string(),
    bonus: z.string().openapi({ description: 'Granted on top.' }),
    price: moneyAnswer,
    automatic: z.boolean(),
    status: z.enum(['requested', 'pending', 'succeeded', 'failed']),
    failure: z.string().nullable().openapi({ description: 'Why it failed, such as the code of the decline.' }),
    invoice_id: z.string().nullable(),
    settled_at: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('TopUp', { example: topUpExample });

/** A top-up as it leaves. */
export function presentTopUp(topUp: StoredTopUp): z.infer<typeof topUpAnswer> {
  return {
    id: topUp.id,
    wallet_id: topUp.walletId,
    amount: topUp.amount,
    bonus: topUp.bonus,
    price: wireMoney(topUp.price),
    automatic: topUp.automatic,
    status: topUp.status,
    failure: topUp.failure,
    invoice_id: topUp.invoiceId,
    settled_at: isoOrNull(topUp.settledAt),
    created_at: toIso(topUp.occurredAt),
  };
}
