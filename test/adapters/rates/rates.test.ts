import { createRateSources, rateSourceFactories, type RateSourceName } from '../../../adapters/rates';
import { createCoinGecko } from '../../../adapters/rates/coingecko';
import { createManualSource, type ManualPrice } from '../../../adapters/rates/manual';
import { observeRate } from '../../../adapters/rates/observe';
import { type RateAnswer, type RateSource, RateSourceUnavailable } from '../../../adapters/rates/port';
import { createPyth } from '../../../adapters/rates/pyth';
import { remembered } from '../../../adapters/rates/remembered';
import { controlClient } from '../../../sandbox/chains/rpc/control-client';
import { startRatesSandbox } from '../../../sandbox/rates/server';
import { rateSourceConformance, type RateSourceHarness } from '../../conformance/rates';

const asset = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/slip44:501';
const question = { asset, currency: 'USD' };
const feed = '0xef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d';
/** Short, since a test waits for it. */
const timeoutMs = 400;

async function overHttp(name: 'pyth' | 'coingecko'): Promise<RateSourceHarness> {
  const sandbox = await startRatesSandbox({ port: 0 });
  const control = controlClient(sandbox.url);
  const options = { url: sandbox.url, timeoutMs };
  const source =
    name === 'pyth'
      ? createPyth({ ...options, ids: { [asset]: feed } })
      : createCoinGecko({ ...options, ids: { [asset]: 'solana' } });
  const nonsense = { status: 200, body: '{"parsed":[{"id":"x"}],"solana":{"usd":"150"}}' };
  return {
    source,
    question,
    publish: (price, published_at) => control.order('price', { pyth: feed, coingecko: 'solana', price, published_at }),
    network: {
      fail: (how) =>
        how === 'nonsense'
          ? control.fault({ method: name, kind: 'answer', result: nonsense })
          : control.fault({ method: name, kind: how, retry_after_seconds: 60 }),
      heal: () => control.clearFaults(),
    },
    close: () => sandbox.close(),
  };
}

async function manual(): Promise<RateSourceHarness> {
  const prices: ManualPrice[] = [];
  return {
    source: createManualSource(async () => prices),
    question,
    publish: async (price, seconds) => {
      prices.splice(0, 1, { ...question, price, setAt: seconds * 1000 });
    },
    network: null,
    close: async () => undefined,
  };
}

const harnesses: Record<RateSourceName, () => Promise<RateSourceHarness>> = {
  pyth: () => overHttp('pyth'),
  coingecko: () => overHttp('coingecko'),
  manual,
};

for (const [name, makeHarness] of Object.entries(harnesses)) rateSourceConformance(name, makeHarness);

test('every source of the registry is in the conformance suite, under its own name', () => {
  const nowhere = { url: 'http://localhost', ids: {} };
  const sources = createRateSources({ pyth: nowhere, coingecko: nowhere, manual: async () => [], clock: () => 0 });
  expect(sources.map(({ name }) => name).sort()).toEqual(Object.keys(rateSourceFactories).sort());
  expect(Object.keys(harnesses).sort()).toEqual(Object.keys(rateSourceFactories).sort());
});

test('the uncertainty of Pyth comes with the price', async () => {
  const sandbox = await startRatesSandbox({
    port: 0,
    markets: [{ pyth: feed, coingecko: 'solana', price: '150', confidence: '0.07', published_at: 1_795_262_400 }],
  });
  try {
    const source = createPyth({ url: sandbox.url, ids: { [asset]: feed } });
    expect(await source.observe(question)).toMatchObject({ observation: { price: '150', confidence: '0.07' } });
    expect(
      await createPyth({ url: sandbox.url, ids: { [asset]: feed.replace('ef', 'ff') } }).observe(question),
    ).toEqual({
      kind: 'unknown',
    });
  } finally {
    await sandbox.close();
  }
});

const saying = (name: string, answer: () => Promise<RateAnswer>): RateSource => ({ name, observe: answer });
const observed = (name: string): RateAnswer => ({
  kind: 'observed',
  observation: { source: name, price: '150', publishedAt: 0, confidence: null },
});

test('one source that is away does not silence the others, and is named; a bug is no outage', async () => {
  const away = saying('away', () => Promise.reject(new RateSourceUnavailable('away', 'HTTP 503')));
  const sources = [
    saying('good', async () => observed('good')),
    away,
    saying('unsure', async () => ({ kind: 'unknown' })),
  ];
  expect(await observeRate(sources, question)).toEqual({
    observations: [{ source: 'good', price: '150', publishedAt: 0, confidence: null }],
    unavailable: [{ source: 'away', reason: 'HTTP 503' }],
  });
  const bug = saying('bug', () => Promise.reject(new TypeError('x is not a function')));
  await expect(observeRate([bug], question)).rejects.toThrow(TypeError);
});

test('a source is asked once for all quotes of some seconds, and again after an outage', async () => {
  let [now, asked] = [0, 0];
  let fails = false;
  const source = saying('counted', async () => {
    asked += 1;
    if (fails) throw new RateSourceUnavailable('counted', 'away');
    return observed('counted');
  });
  const once = remembered(source, 5_000, () => now);
  await Promise.all([once.observe(question), once.observe(question)]);
  now = 4_999;
  await once.observe(question);
  expect(asked).toBe(1);
  await once.observe({ asset, currency: 'EUR' });
  expect(asked).toBe(2);
  now = 5_000;
  fails = true;
  await expect(once.observe(question)).rejects.toThrow(RateSourceUnavailable);
  fails = false;
  expect(await once.observe(question)).toEqual(observed('counted'));
  expect(asked).toBe(4);
});
