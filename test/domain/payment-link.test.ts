import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { isExpired, signPaymentLink, verifyPaymentLink, type Seal } from '../../domain/payment-link';
import { instant } from './time-arbitraries';
import { exampleId } from './subscription/example';

const sealWith =
  (secret: string): Seal =>
  (text) =>
    createHmac('sha256', secret).update(text).digest('base64url');
const seal = sealWith('a secret of the engine');
const link = {
  tenantId: exampleId('ten', 1),
  subscriptionId: exampleId('sub', 2),
  invoiceId: exampleId('inv', 3),
  expiresAt: 1_781_000_000_000,
};

describe('a payment link', () => {
  test('carries its facts and fits into a URL as it is', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 10 ** 9 }), (expiresAt, n) => {
        const facts = { ...link, invoiceId: exampleId('inv', n), expiresAt };
        const token = signPaymentLink(facts, seal);
        expect(encodeURIComponent(token)).toBe(token);
        expect(verifyPaymentLink(token, seal)).toEqual({ kind: 'valid', link: facts });
      }),
    );
  });

  test('that was changed in any character is forged', () => {
    const token = signPaymentLink(link, seal);
    const position = fc.integer({ min: 0, max: token.length - 1 });
    const character = fc.constantFrom(...'abcXYZ019_-.~ ');
    fc.assert(
      fc.property(position, character, (index, other) => {
        fc.pre(token[index] !== other);
        const changed = token.slice(0, index) + other + token.slice(index + 1);
        expect(verifyPaymentLink(changed, seal)).toEqual({ kind: 'forged' });
      }),
    );
  });

  test('made with another secret is forged', () => {
    expect(verifyPaymentLink(signPaymentLink(link, sealWith('another secret')), seal)).toEqual({ kind: 'forged' });
  });

  test('whose seal was made for another purpose is forged', () => {
    const facts = signPaymentLink(link, seal).split('.').slice(0, -1).join('.');
    expect(verifyPaymentLink(`${facts}.${seal(facts)}`, seal)).toEqual({ kind: 'forged' });
  });

  test.each(['', '.', '....', 'a.b.c.d.e', signPaymentLink(link, seal).slice(0, -1)])(
    'of garbage is forged: "%s"',
    (token) => {
      expect(verifyPaymentLink(token, seal)).toEqual({ kind: 'forged' });
    },
  );

  test('with more or fewer facts is forged, even under a right seal', () => {
    for (const facts of ['a.b.c', 'a.b.c.d.e']) {
      expect(verifyPaymentLink(`${facts}.${seal(`pay1.${facts}`)}`, seal)).toEqual({ kind: 'forged' });
    }
  });

  test('holds until its expiry, by the business time of its customer', () => {
    expect(isExpired(link, link.expiresAt - 1)).toBe(false);
    expect(isExpired(link, link.expiresAt)).toBe(true);
  });
});
