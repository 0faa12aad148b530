/** Settlements on the wire. */
import { z } from '@hono/zod-openapi';
import type { Deposit } from '../../db/queries/chain-deposits';
import type { SettlementInstruction } from '../../db/queries/deposit-instructions';
import type { Leg } from '../../db/queries/settlement-legs';
import type { Settlement } from '../../db/queries/settlements';
import { legKinds, settlementPhases, type LegState } from '../../domain/settlement/state';
import { toIso } from '../../domain/time';
import {
  currencyField,
  idField,
  instantAnswer,
  metadataAnswer,
  metadataField,
  moneyAnswer,
  moneyField,
  shortText,
  streamField,
  wireMoney,
} from '../fields';

export const settlementExampleId = 'stl_01kav5xq8yfz2s1m3c4d5e6f7g';
export const legExampleId = 'leg_01kav5xq8yfz2s1m3c4d5e6f7g';
const assetExample = 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const amountExample = { amount: '12.500000', currency: assetExample };

/** Comments and memos of chains are short; the longest of ours takes so many characters. */
const tagLengthMax = 120;
const addressField = z.string().trim().min(1).max(200);
const percentField = z.string().regex(/^(0|[1-9]\d?|100)(\.\d{1,6})?$/, 'must be a percentage as a text, such as 80');
const rateField = z
  .string()
  .max(60)
  .regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal above zero as a text')
  .refine((text) => !/^0(\.0*)?$/.test(text), 'must be above zero');

const legBody = z.strictObject({
  kind: z.enum(legKinds).exclude(['refund']).default('partner'),
  party: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits, _ or -'),
  destination: addressField,
  percent: percentField.optional().openapi({ description: 'Of the amount; what is left over goes to the first legs.' }),
  amount: moneyField.optional().openapi({ description: 'In the asset of the payout, where no percentage is named.' }),
  source_amount: moneyField
    .optional()
    .openapi({ description: 'What it is of the asset that is collected, where the payout is in another one.' }),
  book_rate: rateField.optional().openapi({ description: 'What one of the payout’s own asset is worth in the books.' }),
  tag: z.string().max(tagLengthMax).optional().openapi({ description: 'Comment or memo for the receiver.' }),
});

const tolerance = moneyField.optional();
const policyBody = z.strictObject({
  under_tolerance: tolerance.openapi({ description: 'Missing at most so much, it counts as paid. Left out: nothing.' }),
  under: z
    .enum(['refund', 'credit', 'ask'])
    .default('refund')
    .openapi({ description: 'Missing more at the deadline; until then a top-up is waited for.' }),
  over_tolerance: tolerance.openapi({ description: 'Too much by at most this is a credit: a refund would cost more.' }),
  over: z.enum(['refund', 'credit', 'ask']).default('refund'),
  late: z.enum(['accept', 'refund', 'credit', 'ask']).default('ask'),
  late_hours: z.number().int().min(0).max(720).default(24),
});

/** Days are long for a price, and some businesses invoice by them. */
const deadlineSecondsMax = 30 * 24 * 3_600;

export const settlementBody = z
  .strictObject({
    description: shortText,
    amount: moneyField.openapi({ description: 'What is asked for, in the asset that is collected.' }),
    stream: streamField.default('fees'),
    payer: shortText.optional(),
    customer_id: idField('cus_01kav5xq8yfz2s1m3c4d5e6f7g').optional(),
    book: z.strictObject({ currency: currencyField, rate: rateField }).optional().openapi({
      description: 'What one of the asset is worth in the books; frozen. Left out: booked in the asset alone.',
    }),
    deadline_seconds: z.number().int().min(1).max(deadlineSecondsMax).default(3_600),
    policy: policyBody.prefault({}),
    needs_approval: z.boolean().default(false).openapi({ description: 'Payouts wait for `approve`.' }),
    order: z.enum(['parallel', 'sequence']).default('parallel'),
    refund_address: addressField.optional().openapi({ description: 'Left out: to whoever sent it.' }),
    legs: z.array(legBody).max(20).default([]),
    metadata: metadataField.default({}),
  })
  .openapi('SettlementCreate', {
    example: {
      description: 'Bridge fee',
      amount: amountExample,
      stream: 'bridge',
      payer: 'wallet-17',
      book: { currency: 'USD', rate: '1' },
      legs: [
        {
          kind: 'treasury',
          party: 'treasury',
          destination: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
          percent: '80',
        },
        {
          kind: 'partner',
          party: 'operator',
          destination: '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
          percent: '20',
        },
      ],
    },
  });
export type SettlementBody = z.output<typeof settlementBody>;

export const settlementCommandBody = z
  .strictObject({ leg_id: idField(legExampleId).optional() })
  .openapi('SettlementCommand', { example: {} });

const legStatuses = ['waiting', 'sending', 'paid', 'blocked', 'canceled'] as const;

export const legAnswer = z
  .object({
    id: z.string(),
    settlement_id: z.string(),
    kind: z.enum(legKinds),
    party: z.string(),
    chain: z.string(),
    amount: moneyAnswer,
    destination: z.string(),
    tag: z.string().nullable(),
    status: z.enum(legStatuses),
    reason: z.string().nullable(),
    transactions: z.array(
      z.object({
        id: z.string().nullable().openapi({ description: 'As the chain names it; null before it is signed.' }),
        status: z.string(),
        network_fee: z.string().nullable(),
        failure: z.string().nullable(),
      }),
    ),
  })
  .openapi('SettlementLeg', {
    example: {
      id: legExampleId,
      settlement_id: settlementExampleId,
      kind: 'treasury',
      party: 'treasury',
      chain: 'eip155:8453',
      amount: { amount: '10.000000', currency: assetExample },
      destination: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      tag: null,
      status: 'paid',
      reason: null,
      transactions: [{ id: '0x5c50…', status: 'final', network_fee: '0.000021', failure: null }],
    },
  });

export const depositAnswer = z
  .object({
    id: z.string(),
    settlement_id: z.string(),
    chain: z.string(),
    transaction_id: z.string(),
    index: z.number(),
    amount: moneyAnswer,
    sender: z.string().nullable(),
    height: z.number(),
    status: z.enum(['seen', 'final', 'withdrawn']),
    is_counted: z.boolean().openapi({ description: 'False: it came after the settlement was decided.' }),
    seen_at: instantAnswer,
  })
  .openapi('Deposit', {
    example: {
      id: 'dep_01kav5xq8yfz2s1m3c4d5e6f7g',
      settlement_id: settlementExampleId,
      chain: 'eip155:8453',
      transaction_id: '0x5c50…',
      index: 3,
      amount: amountExample,
      sender: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      height: 21_000_000,
      status: 'final',
      is_counted: true,
      seen_at: '2026-01-31T00:00:00.000Z',
    },
  });

const instructionAnswer = z
  .object({
    address: z.string(),
    tag: z.string().nullable().openapi({ description: 'Memo, comment or reference that must go with the payment.' }),
    uri: z.string().nullable().openapi({ description: 'What a wallet opens; the same text goes into the QR code.' }),
    amount: moneyAnswer,
  })
  .nullable();

export const settlementStatuses = ['needs_attention', ...settlementPhases] as const;

export const settlementAnswer = z
  .object({
    id: z.string(),
    status: z.enum(settlementStatuses),
    labels: z.array(z.enum(['over', 'under', 'late'])),
    attention: z.object({ kind: z.string(), reason: z.string() }).nullable(),
    description: z.string(),
    chain: z.string(),
    amount: moneyAnswer,
    stream: z.string(),
    payer: z.string().nullable(),
    customer_id: z.string().nullable(),
    book: z.object({ currency: z.string(), rate: z.string() }).nullable(),
    deposit_instruction: instructionAnswer.openapi({ description: 'Null until the chain’s adapter has answered.' }),
    deadline: instantAnswer,
    refund_address: z.string().nullable(),
    deposits: z.array(depositAnswer),
    legs: z.array(legAnswer.omit({ transactions: true })),
    metadata: metadataAnswer,
    created_at: instantAnswer,
  })
  .openapi('Settlement', {
    example: {
      id: settlementExampleId,
      status: 'awaiting_deposit',
      labels: [],
      attention: null,
      description: 'Bridge fee',
      chain: 'eip155:8453',
      amount: amountExample,
      stream: 'bridge',
      payer: 'wallet-17',
      customer_id: null,
      book: { currency: 'USD', rate: '1' },
      deposit_instruction: {
        address: '0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199',
        tag: null,
        uri: 'ethereum:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913@8453/transfer?address=0x8626…&uint256=12500000',
        amount: amountExample,
      },
      deadline: '2026-01-31T01:00:00.000Z',
      refund_address: null,
      deposits: [],
      legs: [],
      metadata: {},
      created_at: '2026-01-31T00:00:00.000Z',
    },
  });

/** A deposit as it leaves. */
export function presentDeposit(deposit: Deposit): z.infer<typeof depositAnswer> {
  const { id, settlementId, chain, transactionId, index, amount, sender, height, status, countedIn, seenAt } = deposit;
  return {
    ...{ id, settlement_id: settlementId, chain, transaction_id: transactionId, index, amount: wireMoney(amount) },
    ...{ sender, height, status, is_counted: countedIn !== null, seen_at: toIso(seenAt) },
  };
}

type LegView = Omit<z.infer<typeof legAnswer>, 'transactions'>;

/** A leg as it leaves, with where it stands by the state of its settlement. */
export function presentLeg(leg: Leg, standing: LegState | undefined): LegView {
  const { id, settlementId, kind, party, chain, amount, destination, tag } = leg;
  const { status = 'waiting', reason = null } = standing ?? {};
  return {
    ...{ id, settlement_id: settlementId, kind, party, chain, amount: wireMoney(amount), destination, tag },
    ...{ status, reason },
  };
}

export interface SettlementParts {
  readonly legs: readonly Leg[];
  readonly deposits: readonly Deposit[];
  readonly instructions: readonly SettlementInstruction[];
}

/** A settlement as it leaves. */
export function presentSettlement(settlement: Settlement, parts: SettlementParts): z.infer<typeof settlementAnswer> {
  const { id, status, state, description, chain, amount, stream, payer, customerId, book, refundAddress } = settlement;
  const own = <T extends { readonly settlementId: string }>(list: readonly T[]) =>
    list.filter(({ settlementId }) => settlementId === id);
  const [made] = own(parts.instructions);
  const { address, tag, uri } = made?.instruction ?? {};
  const instruction =
    address === undefined ? null : { address, tag: tag ?? null, uri: uri ?? null, amount: wireMoney(amount) };
  const standings = new Map(state.legs.map((leg) => [leg.id, leg]));
  return {
    ...{ id, status, labels: [...state.labels], attention: state.attention, description, chain },
    ...{ amount: wireMoney(amount), stream, payer, customer_id: customerId, book, deposit_instruction: instruction },
    ...{ deadline: toIso(state.terms.deadline), refund_address: refundAddress },
    deposits: own(parts.deposits).map(presentDeposit),
    legs: own(parts.legs).map((leg) => presentLeg(leg, standings.get(leg.id))),
    metadata: { ...settlement.metadata },
    created_at: toIso(settlement.occurredAt),
  };
}
