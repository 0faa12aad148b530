/** The ledger: accounts, entries with their postings, and the trial balance. */
import { createRoute, z } from '@hono/zod-openapi';
import { listLedgerAccounts } from '../../db/queries/ledger-accounts';
import { findLedgerEntry, listLedgerEntries, type LedgerEntry } from '../../db/queries/ledger-entries';
import { postingsOfEntries, type StoredPosting } from '../../db/queries/ledger-postings';
import { trialBalance } from '../../db/reports/trial-balance';
import { toIso } from '../../domain/time';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { currencyField, instantAnswer, moneyAnswer, wireMoney } from '../fields';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf } from '../pagination';

const tags = ['Ledger'];
const usd = (amount: string) => ({ amount, currency: 'USD' });

const trialBalanceAnswer = z
  .object({
    balanced: z.boolean().openapi({ description: 'Every sum is zero and every tie holds.' }),
    accounts: z.array(z.object({ account: z.string(), debit: moneyAnswer, credit: moneyAnswer, balance: moneyAnswer })),
    sums: z.array(moneyAnswer),
    ties: z.array(z.object({ name: z.string(), ledger: moneyAnswer, rows: moneyAnswer, holds: z.boolean() })),
  })
  .openapi('TrialBalance', {
    example: {
      balanced: true,
      accounts: [
        { account: 'cash:stripe', debit: usd('49.00'), credit: usd('1.72'), balance: usd('47.28') },
        { account: 'provider_fees:stripe', debit: usd('1.72'), credit: usd('0.00'), balance: usd('1.72') },
        { account: 'receivable', debit: usd('49.00'), credit: usd('49.00'), balance: usd('0.00') },
        { account: 'deferred:subscriptions', debit: usd('0.00'), credit: usd('49.00'), balance: usd('-49.00') },
      ],
      sums: [usd('0.00')],
      ties: [{ name: 'receivable', ledger: usd('0.00'), rows: usd('0.00'), holds: true }],
    },
  });

const entryExample = {
  id: 'le_01kav5xq8yfz2s1m3c4d5e6f7g',
  kind: 'invoice',
  source: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  occurred_at: '2026-01-31T00:00:00.000Z',
  recorded_at: '2026-01-31T00:00:00.120Z',
  postings: [
    { account: 'receivable', amount: usd('49.00') },
    { account: 'deferred:subscriptions', amount: usd('-49.00') },
  ],
};

const entryAnswer = z
  .object({
    id: z.string(),
    kind: z.string(),
    source: z.string(),
    occurred_at: instantAnswer,
    recorded_at: instantAnswer,
    postings: z
      .array(z.object({ account: z.string(), amount: moneyAnswer }))
      .openapi({ description: 'Debits positive, credits negative.' }),
  })
  .openapi('LedgerEntry', { example: entryExample });

const accountsAnswer = z
  .object({ data: z.array(z.object({ code: z.string(), kind: z.string(), name: z.string() })) })
  .openapi('LedgerAccounts', {
    example: { data: [{ code: 'receivable', kind: 'asset', name: 'Receivable from customers' }] },
  });

const readTrialBalance = createRoute({
  method: 'get',
  path: '/ledger/trial-balance',
  tags,
  summary: 'Read the trial balance and its ties to invoices and balances',
  request: { query: z.strictObject({ currency: currencyField.optional() }) },
  responses: { 200: jsonAnswer(trialBalanceAnswer, 'The trial balance.') },
});
const listEntries = createRoute({
  method: 'get',
  path: '/ledger/entries',
  tags,
  summary: 'List ledger entries with their postings',
  request: { query: z.strictObject({ ...pageFields, kind: z.string().optional(), source: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(entryAnswer), 'A page of entries.') },
});
const getEntry = createRoute({
  method: 'get',
  path: '/ledger/entries/{id}',
  tags,
  summary: 'Read a ledger entry',
  request: idParameter(entryExample.id),
  responses: { 200: jsonAnswer(entryAnswer, 'The entry.') },
});
const listAccounts = createRoute({
  method: 'get',
  path: '/ledger/accounts',
  tags,
  summary: 'List the accounts in use',
  responses: { 200: jsonAnswer(accountsAnswer, 'The accounts, by code.') },
});

function presentEntry(entry: LedgerEntry, postings: readonly StoredPosting[]): z.infer<typeof entryAnswer> {
  const { id, kind, source, occurredAt, recordedAt } = entry;
  const own = postings
    .filter((posting) => posting.entryId === id)
    .map(({ account, amount }) => ({ account, amount: wireMoney(amount) }));
  return { id, kind, source, occurred_at: toIso(occurredAt), recorded_at: toIso(recordedAt), postings: own };
}

async function presentTrialBalance(
  deps: ApiDependencies,
  tenantId: string,
  currency: string | null,
): Promise<z.infer<typeof trialBalanceAnswer>> {
  const { accounts, sums, ties } = await trialBalance(deps.database.as(tenantId), tenantId, currency);
  return {
    balanced: sums.every(({ amount }) => /^[0.]+$/.test(amount)) && ties.every(({ holds }) => holds),
    accounts: accounts.map(({ account, debit, credit, balance }) => ({
      account,
      debit: wireMoney(debit),
      credit: wireMoney(credit),
      balance: wireMoney(balance),
    })),
    sums: sums.map(wireMoney),
    ties: ties.map(({ name, ledger, rows, holds }) => ({
      name,
      ledger: wireMoney(ledger),
      rows: wireMoney(rows),
      holds,
    })),
  };
}

/** Registers the routes of the ledger. */
export function ledger(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(readTrialBalance, async (c) =>
    c.json(await presentTrialBalance(deps, tenantOf(c).tenantId, c.req.valid('query').currency ?? null), 200),
  );
  api.openapi(listEntries, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = database.as(tenantId);
    const query = c.req.valid('query');
    const page = await listLedgerEntries(db, tenantId, { kind: query.kind, source: query.source }, pageOf(query));
    const postings = await postingsOfEntries(
      db,
      tenantId,
      page.data.map((entry) => entry.id),
    );
    return c.json({ data: page.data.map((entry) => presentEntry(entry, postings)), has_more: page.hasMore }, 200);
  });
  api.openapi(getEntry, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const db = database.as(tenantId);
    const [entry, postings] = await Promise.all([
      findLedgerEntry(db, tenantId, id),
      postingsOfEntries(db, tenantId, [id]),
    ]);
    return c.json(presentEntry(foundOr404(entry, 'Ledger entry', id), postings), 200);
  });
  api.openapi(listAccounts, async (c) => {
    const { tenantId } = tenantOf(c);
    const accounts = await listLedgerAccounts(database.as(tenantId), tenantId);
    return c.json({ data: accounts.map(({ code, kind, name }) => ({ code, kind, name })) }, 200);
  });
}
