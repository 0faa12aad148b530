/** What every source of rates must do, whatever stands behind it. Run over each entry of the registry. */
import { type RateQuestion, type RateSource, RateSourceUnavailable } from '../../adapters/rates/port';

export interface RateSourceHarness {
  readonly source: RateSource;
  /** A pair that it knows. */
  readonly question: RateQuestion;
  /** The source says this from now on; seconds. */
  publish(price: string, publishedAtSeconds: number): Promise<void>;
  /** Over the network alone; null for a source without one. */
  readonly network: {
    /** Every answer is this one, until `heal`. */
    fail(how: 'rate_limit' | 'unavailable' | 'cut' | 'hang' | 'nonsense'): Promise<void>;
    heal(): Promise<void>;
  } | null;
  close(): Promise<void>;
}

/** Runs the suite over one source. */
export function rateSourceConformance(name: string, makeHarness: () => Promise<RateSourceHarness>): void {
  describe(`rate source ${name}`, () => {
    let harness: RateSourceHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness?.close());

    test.each(['150.123456789', '67012.5', '0.0000001234', '1', '99999999.99'])(
      'the price %s comes as a plain decimal, with the time at which it was published',
      async (price) => {
        await harness.publish(price, 1_795_262_400);
        expect(await harness.source.observe(harness.question)).toEqual({
          kind: 'observed',
          observation: {
            source: name,
            price,
            publishedAt: 1_795_262_400_000,
            confidence: name === 'pyth' ? '0' : null,
          },
        });
        expect(harness.source.name).toBe(name);
      },
    );

    test('an asset or a currency that it does not know is unknown, not an outage', async () => {
      await harness.publish('150', 1_795_262_400);
      const { asset } = harness.question;
      expect(await harness.source.observe({ asset: 'eip155:1/slip44:999', currency: 'USD' })).toEqual({
        kind: 'unknown',
      });
      expect(await harness.source.observe({ asset, currency: 'XPF' })).toEqual({ kind: 'unknown' });
    });

    test('an answer that is none is an outage, and the next one counts', async () => {
      await harness.publish('150', 1_795_262_400);
      const { network, source, question } = harness;
      if (network === null) return;
      for (const how of ['rate_limit', 'unavailable', 'cut', 'hang', 'nonsense'] as const) {
        await network.fail(how);
        const failure: unknown = await source.observe(question).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(RateSourceUnavailable);
        expect((failure as RateSourceUnavailable).retryAfterMs).toBe(how === 'rate_limit' ? 60_000 : null);
        await network.heal();
        expect(await source.observe(question)).toMatchObject({ kind: 'observed' });
      }
    });
  });
}
