/** Which payment methods are one card. */
import { customerWith, startCase, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeEach(async () => {
  sandbox = await startCase();
});
afterEach(() => sandbox.close());

async function fingerprints(count: number): Promise<Set<string | null | undefined>> {
  const found = new Set<string | null | undefined>();
  for (let index = 0; index < count; index += 1) {
    const { method } = await customerWith(sandbox.stripe, 'pm_card_visa');
    found.add((await sandbox.stripe.paymentMethods.retrieve(method)).card?.fingerprint);
  }
  return found;
}

test('all uses of a test card are one card, until each is asked to be its own', async () => {
  expect((await fingerprints(3)).size).toBe(1);
  await sandbox.control.ownCards(true);
  expect((await fingerprints(3)).size).toBe(3);
  await sandbox.control.ownCards(false);
  expect((await fingerprints(3)).size).toBe(1);
});

test('a script for a fingerprint holds for the payment methods that have it', async () => {
  const owner = await customerWith(sandbox.stripe, 'pm_card_visa');
  const { card } = await sandbox.stripe.paymentMethods.retrieve(owner.method);
  const always = { kind: 'decline', decline_code: 'stolen_card' } as const;
  await sandbox.control.script({ target: card?.fingerprint ?? '', always });
  const other = await customerWith(sandbox.stripe, 'pm_card_visa');
  const pay = sandbox.stripe.paymentIntents.create({
    amount: 4900,
    currency: 'usd',
    customer: other.customer,
    payment_method: other.method,
    allowed_payment_method_types: ['card'],
    confirm: true,
  });
  await expect(pay).rejects.toMatchObject({ decline_code: 'stolen_card' });
});
