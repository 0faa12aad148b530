/** The payment page behind a signed link: for customers, so it stands outside of the API proper and speaks HTML. */
import { allTenants } from '../../db/pool';
import { findCustomer } from '../../db/queries/customers';
import { findInvoice, type Invoice } from '../../db/queries/invoices';
import { attemptsOfPayments } from '../../db/queries/payment-attempts';
import { findPaymentOfInvoice, type Payment } from '../../db/queries/payments';
import { findTenant } from '../../db/queries/tenants';
import { errorCatalogue } from '../../domain/errors';
import { isExpired, type PaymentLink } from '../../domain/payment-link';
import { messages } from '../../workflows/contract';
import type { Api, ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { readPaymentLink } from '../links';
import { confirmPage, openPage, refusedPage, settledPage, waitingPage } from '../pay-page';
import { asPerennialError } from '../problem';

/** Scripts never run here, nobody frames the page, and the link leaks to no other site. */
const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

type Html = Parameters<ApiContext['html']>[0];

function answerPage(c: ApiContext, content: Html, status: 200 | 400 | 410 | 503 = 200): Response | Promise<Response> {
  for (const [name, value] of Object.entries(pageHeaders)) c.header(name, value);
  return c.html(content, status);
}

interface Facts {
  readonly link: PaymentLink;
  readonly invoice: Invoice;
  readonly payment: Payment | null;
  readonly sellerName: string;
  /** The customer's business time. */
  readonly now: number;
}

async function load({ database, wallClock }: ApiDependencies, link: PaymentLink): Promise<Facts | null> {
  const { tenantId, invoiceId } = link;
  const db = database.as(tenantId);
  const [invoice, payment, tenant] = await Promise.all([
    findInvoice(db, tenantId, invoiceId),
    findPaymentOfInvoice(db, tenantId, invoiceId),
    findTenant(database.as(allTenants), tenantId),
  ]);
  if (invoice === null || tenant === null || invoice.subscriptionId !== link.subscriptionId) return null;
  const customer = await findCustomer(db, tenantId, invoice.customerId);
  return { link, invoice, payment, sellerName: tenant.name, now: customer?.clockNow ?? wallClock() };
}

/** Why the last try failed, if it did. */
async function noteOf({ database }: ApiDependencies, { link, payment }: Facts): Promise<string | null> {
  if (payment === null || payment.attempts === 0) return null;
  const attempts = await attemptsOfPayments(database.as(link.tenantId), link.tenantId, [payment.id]);
  return attempts.at(-1)?.outcome === 'declined'
    ? 'The last payment was declined. You may try again, or ask your bank.'
    : null;
}

async function show(c: ApiContext, deps: ApiDependencies, facts: Facts): Promise<Response> {
  const { invoice, payment, sellerName } = facts;
  const payUrl = `/pay/${c.req.param('token') ?? ''}`;
  if (invoice.status !== 'open') return answerPage(c, settledPage(invoice));
  if (payment?.status === 'processing' || payment?.status === 'succeeded')
    return answerPage(c, waitingPage(invoice, payUrl));
  if (payment?.status === 'requires_action' && payment.nextActionUrl !== null) {
    return answerPage(c, confirmPage(invoice, payment.nextActionUrl));
  }
  return answerPage(c, openPage({ invoice, sellerName, payUrl, note: await noteOf(deps, facts) }));
}

/** Named by the tries made so far: two clicks in a row are one command, a click after a decline is another. */
const commandIdOf = ({ invoice, payment }: Facts): string => `pay:${invoice.id}:${payment?.attempts ?? 0}`;

async function pay(c: ApiContext, deps: ApiDependencies, facts: Facts): Promise<Response> {
  const { link, invoice } = facts;
  if (invoice.status !== 'open') return show(c, deps, facts);
  const meta = { commandId: commandIdOf(facts), actor: 'customer', requestId: c.get('requestId') };
  await deps.workflows.command(link, 'retryPayment', { invoiceId: invoice.id, customerPresent: true }, meta);
  const after = (await load(deps, link)) ?? facts;
  const { payment } = after;
  if (payment?.status === 'requires_action' && payment.nextActionUrl !== null)
    return c.redirect(payment.nextActionUrl, 303);
  return show(c, deps, after);
}

async function comeBack(c: ApiContext, deps: ApiDependencies, facts: Facts): Promise<Response> {
  const { link, invoice, payment } = facts;
  if (invoice.status !== 'open' || payment === null) return show(c, deps, facts);
  const fact = { eventId: `return:${payment.id}:${payment.attempts}`, type: 'customer.returned' };
  await deps.workflows.signal(link, messages.providerFact, [fact]);
  return answerPage(c, waitingPage(invoice, `/pay/${c.req.param('token') ?? ''}`));
}

/** A refusal of the rules (a payment in progress, an invoice settled meanwhile) shows how things stand; an outage says so. */
async function withOutages(
  c: ApiContext,
  deps: ApiDependencies,
  facts: Facts,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const known = asPerennialError(error);
    const { kind } = errorCatalogue[known.code];
    if (kind === 'refused' || kind === 'conflict') return show(c, deps, (await load(deps, facts.link)) ?? facts);
    if (kind !== 'unavailable' && kind !== 'rate_limited') throw error;
    c.header('Retry-After', '5');
    return answerPage(
      c,
      refusedPage(
        'Please try again',
        'The payment cannot be made right now. Open this link again in a minute: it shows whether the invoice is paid.',
      ),
      503,
    );
  }
}

type Handle = (c: ApiContext, deps: ApiDependencies, facts: Facts) => Promise<Response>;

const invalid = refusedPage('This link is not valid', 'Please check that it is complete.');
const expired = refusedPage('This link has expired', 'Please ask for a new one.');

/** The seal is checked before anything is read; the expiry after, since it runs in the customer's own time. */
function behindLink(deps: ApiDependencies, handle: Handle) {
  return async (c: ApiContext): Promise<Response> => {
    const link = readPaymentLink(c.req.param('token') ?? '', deps.settings.linkSecret);
    const facts = link === null ? null : await load(deps, link);
    if (facts === null) return answerPage(c, invalid, 400);
    if (isExpired(facts.link, facts.now)) return answerPage(c, expired, 410);
    return withOutages(c, deps, facts, () => handle(c, deps, facts));
  };
}

/** Registers the payment page. */
export function paymentPages(app: Api, deps: ApiDependencies): void {
  app.get('/pay/:token', behindLink(deps, show));
  app.post('/pay/:token', behindLink(deps, pay));
  app.get('/pay/:token/return', behindLink(deps, comeBack));
}
