/** What banks do: settle debits and refunds, open and decide disputes, renew cards; and what was really charged. */
import { z } from 'zod';
import { missing } from '../http/failure';
import { debitFailure, settlePayment } from '../payments/resume-payment';
import { close } from '../resources/disputes';
import { openDispute } from '../resources/open-dispute';
import { settlePayout } from '../resources/payouts';
import { failRefund, succeedRefund } from '../resources/refunds';
import type { Charge } from '../state/stored';
import type { World } from '../state/world';
import { outcomeFrom, scriptedOutcome } from './script-outcome';
import type { Control, ControlApp } from './routes';

const settleOrder = z.strictObject({
  /** A payment intent that is processing, a refund or a payout. */
  id: z.string(),
  /** Without it a payment does what its test account does. */
  outcome: z.union([z.enum(['succeed', 'fail']), scriptedOutcome]).optional(),
});

const disputeOrder = z.strictObject({
  charge: z.string(),
  reason: z.string().default('fraudulent'),
  is_inquiry: z.boolean().default(false),
});

const decideOrder = z.strictObject({ outcome: z.enum(['won', 'lost']) });
const cardsOrder = z.strictObject({ own: z.boolean() });

export function moneyRoutes(routes: ControlApp, { pipeline }: Control): void {
  const { world } = pipeline;
  routes.post('/settle', async (context) => {
    const settled = settle(world, settleOrder.parse(await context.req.json()));
    pipeline.commit();
    return context.json(settled);
  });
  routes.post('/disputes', async (context) => {
    const order = disputeOrder.parse(await context.req.json());
    const charge = world.charges.get(order.charge);
    if (charge === undefined) throw missing('charge', order.charge);
    const dispute = openDispute(world, charge, { reason: order.reason, isInquiry: order.is_inquiry });
    pipeline.commit();
    return context.json(dispute);
  });
  routes.post('/disputes/:id/decide', async (context) => {
    const { outcome } = decideOrder.parse(await context.req.json());
    const dispute = world.disputes.get(context.req.param('id'));
    if (dispute === undefined) throw missing('dispute', context.req.param('id'));
    close(world, dispute, outcome === 'won');
    pipeline.commit();
    return context.json(dispute);
  });
  routes.post('/cards', async (context) => {
    const { own } = cardsOrder.parse(await context.req.json());
    world.hasOwnCards = own;
    return context.json({ own });
  });
  routes.post('/payment_methods/:id/renew', (context) => {
    const renewed = renewCard(world, context.req.param('id'));
    pipeline.commit();
    return context.json(renewed);
  });
  routes.get('/charges', (context) => {
    const invoice = context.req.query('invoice_id');
    return context.json(succeededCharges(world, invoice));
  });
}

function settle(world: World, order: z.infer<typeof settleOrder>): object {
  const refund = world.refunds.get(order.id);
  if (refund !== undefined) return order.outcome === 'fail' ? failRefund(world, refund) : succeedRefund(world, refund);
  const payout = world.payouts.get(order.id);
  if (payout !== undefined) return settlePayout(world, payout, order.outcome !== 'fail');
  const intent = world.paymentIntents.get(order.id);
  if (intent === undefined) throw missing('payment_intent', order.id);
  if (order.outcome === undefined) return settlePayment(world, intent, null);
  if (order.outcome === 'succeed') return settlePayment(world, intent, { kind: 'succeed' });
  return settlePayment(world, intent, order.outcome === 'fail' ? debitFailure : outcomeFrom(order.outcome));
}

/** The network sent new facts of a card: three more years, as `payment_method.automatically_updated` tells. */
function renewCard(world: World, id: string): object {
  const method = world.paymentMethods.get(id);
  if (method?.card === undefined) throw missing('PaymentMethod', id);
  const previous = { card: method.card };
  world.paymentMethods.update(method, { card: { ...method.card, exp_year: method.card.exp_year + 3 } });
  world.emit('payment_method.automatically_updated', method, previous);
  return method;
}

interface ChargeFacts {
  readonly id: string;
  readonly amount: number;
  readonly amount_refunded: number;
  readonly currency: string;
  readonly payment_intent: string | null;
  readonly created: number;
}

/** The charges that took money, by the invoice in their metadata: more than one for an invoice is a double charge. */
function succeededCharges(world: World, invoice: string | undefined): { data: Record<string, ChargeFacts[]> } {
  const byInvoice: Record<string, ChargeFacts[]> = {};
  for (const charge of world.charges.values()) {
    const invoiceId = charge.metadata['invoice_id'];
    if (charge.status !== 'succeeded' || invoiceId === undefined) continue;
    if (invoice !== undefined && invoiceId !== invoice) continue;
    (byInvoice[invoiceId] ??= []).push(factsOf(charge));
  }
  return { data: byInvoice };
}

function factsOf({
  id,
  amount_captured: amount,
  amount_refunded,
  currency,
  payment_intent,
  created,
}: Charge): ChargeFacts {
  return { id, amount, amount_refunded, currency, payment_intent, created };
}
