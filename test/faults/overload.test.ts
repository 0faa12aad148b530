/**
 * A Temporal server over its rate, or slow: the client is told when to come again, nothing is done by half, and the repetition under the
 * same key completes the request once. The calls of the API alone pass a proxy that refuses or holds them; everything else is real.
 */
import type { ApiAnswer } from '../../dev/api-client';
import {
  firstRenewal,
  makeCast,
  newKey,
  paidSubscription,
  readInvoices,
  settleMsMax,
  type Cast,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { atProvider } from '../support/faults/provider-facts';
import { expectSound } from '../support/faults/soundness';
import { startTemporalProxy, type TemporalProxy } from '../support/faults/temporal-proxy';
import { startTestEngine, type TestEngine } from '../support/perennial';

/** A person waits for the answer. */
const answerMsMax = 8_000;

let proxy: TemporalProxy;
let engine: TestEngine;
beforeAll(async () => {
  proxy = await startTemporalProxy();
  engine = await startTestEngine({ temporalOfApi: proxy.address });
});
afterEach(() => proxy.recover());
afterAll(async () => {
  await engine.stop();
  await proxy.close();
});
jest.setTimeout(2 * settleMsMax);

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);

interface Wish {
  readonly path: string;
  readonly body: object;
}

async function refundOf({ api }: Cast): Promise<Wish> {
  const { data } = await api.get<{ data: { id: string }[] }>('/payments');
  return { path: '/refunds', body: { payment_id: data[0]?.id, amount: { amount: '10.00', currency: 'USD' } } };
}

const send = ({ api }: Cast, { path, body }: Wish, key: string): Promise<ApiAnswer> =>
  api.send('POST', path, body, { 'idempotency-key': key });

type Wanted = readonly [
  what: string,
  method: string,
  wishOf: (cast: Cast, subscriptionId: string) => Promise<Wish> | Wish,
  done: number,
];

const wanted: readonly Wanted[] = [
  [
    'a subscription',
    'ExecuteMultiOperation',
    ({ customerId, proId }) => ({
      path: '/subscriptions',
      body: { customer_id: customerId, plan_id: proId, currency: 'USD' },
    }),
    201,
  ],
  [
    'a command',
    'UpdateWorkflowExecution',
    ({ proId }, id) => ({ path: `/subscriptions/${id}/change-plan`, body: { plan_id: proId } }),
    200,
  ],
  ['a refund', 'StartWorkflowExecution', refundOf, 201],
  [
    'a test clock',
    'StartWorkflowExecution',
    ({ clockId }) => ({ path: `/test-clocks/${clockId}/advance`, body: { to: firstRenewal } }),
    200,
  ],
];

test.each(wanted)(
  'Temporal over its rate: %s answers 429 with Retry-After, and its repetition completes it once',
  async (_what, method, wishOf, done) => {
    const cast = await newCast();
    const { id } = await paidSubscription(cast);
    const wish = await wishOf(cast, id);
    const key = newKey();
    proxy.exhaust(method);
    const begin = Date.now();
    const refused = await send(cast, wish, key);
    expect(proxy.struck(method)).toBeGreaterThan(0);
    expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '2',
    ]);
    expect(Date.now() - begin).toBeLessThan(answerMsMax);
    proxy.recover();
    expect((await insist(cast.api, wish.path, wish.body, key)).status).toBe(done);
    await expectSound(cast);
  },
);

test('a refund whose start is answered late is made and answered once', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const wish = await refundOf(cast);
  proxy.hold('StartWorkflowExecution');
  const answer = await send(cast, wish, newKey());
  expect([answer.status, answer.body['status']]).toEqual([201, 'succeeded']);
  expect(await readInvoices(cast)).toHaveLength(1);
  expect((await atProvider(cast, 'refunds')).map(({ amount }) => amount)).toEqual([1_000]);
  await expectSound(cast);
});
