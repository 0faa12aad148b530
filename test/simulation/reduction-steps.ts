/** What lowers and taxes invoices: coupons come and go, and customers say where they are. */
import { onSubscription } from './command-steps';
import type { Step } from './steps';
import { unlessRefused, type SimulatedWorld } from './world';

const told = (answer: unknown): string => (typeof answer === 'string' ? answer : 'done');

interface Attachments {
  readonly data: readonly {
    readonly id: string;
    readonly subscription_id: string | null;
    readonly detached_at: string | null;
  }[];
}

const applyCoupon = onSubscription('apply a coupon', 5, async ({ coupons, random, scene }, { id }) => {
  const coupon = random.pick(coupons);
  const body = { coupon_id: coupon };
  return `coupon ${coupons.indexOf(coupon)}: ${told(await unlessRefused(scene.command(id, 'apply-coupon', body)))}`;
});

const removeCoupon = onSubscription('remove a coupon', 2, async ({ random, scene }, { id }) => {
  const { data } = await scene.api.get<Attachments>(`/coupon-attachments?subscription_id=${id}&limit=100`);
  const attached = data.filter(({ detached_at: detached }) => detached === null);
  if (attached.length === 0) return null;
  const body = { attachment_id: random.pick(attached).id };
  return `${body.attachment_id}: ${told(await unlessRefused(scene.command(id, 'remove-coupon', body)))}`;
});

/** A coupon for all that a customer has, attached or taken back. */
const customerCoupon: Step = {
  name: 'coupon of a customer',
  weight: 3,
  async run({ coupons, customers, random, scene }) {
    if (customers.length === 0) return null;
    const { id } = random.pick(customers);
    const { data } = await scene.api.get<Attachments>(`/coupon-attachments?customer_id=${id}&limit=100`);
    const attached = data.find((one) => one.subscription_id === null && one.detached_at === null);
    if (attached !== undefined && random.percent(60)) {
      const detached = await unlessRefused(scene.api.post<object>(`/coupon-attachments/${attached.id}/detach`));
      return `${id} detaches ${attached.id}: ${told(detached)}`;
    }
    const coupon = random.pick(coupons);
    const made = await unlessRefused(scene.api.post<object>(`/customers/${id}/coupons`, { coupon_id: coupon }));
    return `${id} coupon ${coupons.indexOf(coupon)}: ${told(made)}`;
  },
};

/** Taxed at home, by the union scheme, as a business by its number, where the tenant is not registered, and exempt. */
const places: readonly object[] = [
  { address: { country: 'DE', line1: 'Hauptstraße 5' }, tax_numbers: null },
  { address: { country: 'FR', line1: '1 rue de Rivoli' }, tax_numbers: null },
  { address: { country: 'FR', line1: '1 rue de Rivoli' }, tax_numbers: ['FR40303265045'] },
  { address: { country: 'ES', line1: 'Gran Vía 1' }, tax_numbers: null },
  { address: { country: 'KE', line1: 'Kenyatta Avenue 1' }, tax_numbers: null },
  { address: { country: 'CH', line1: 'Bahnhofstrasse 1' }, tax_numbers: null },
  {
    exemptions: [{ country: 'DE', certificate: 'DE-EX-1', legend: 'Exempt', from: '2020-01-01' }],
    address: { country: 'DE', line1: 'Hauptstraße 5' },
  },
];

const move: Step = {
  name: 'a customer moves',
  weight: 4,
  async run({ customers, random, scene }: SimulatedWorld) {
    if (customers.length === 0) return null;
    const { id } = random.pick(customers);
    const details = { exemptions: null, ...random.pick(places) };
    await scene.api.patch(`/customers/${id}/billing-details`, details);
    return `${id} ${JSON.stringify(details)}`;
  },
};

export const reductionSteps: readonly Step[] = [applyCoupon, removeCoupon, customerCoupon, move];
