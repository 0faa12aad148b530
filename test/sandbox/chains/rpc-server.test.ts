import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { controlClient } from '../../../sandbox/chains/rpc/control-client';
import { jsonRpc } from '../../../sandbox/chains/rpc/json-rpc';
import { RpcFailure } from '../../../sandbox/chains/rpc/rpc-failure';
import { startRpcServer, type RpcServer } from '../../../sandbox/chains/rpc/server';
import { openJournal } from '../../../sandbox/chains/state/journal';

let server: RpcServer;
let executed = 0;

beforeEach(async () => {
  executed = 0;
  server = await startRpcServer({
    port: 0,
    protocol: jsonRpc(),
    methods: {
      add: (params) => {
        executed += 1;
        return (params as number[]).reduce((sum, one) => sum + one, 0);
      },
      huge: () => ({ amount: 18_446_744_073_709_551_615n }),
      refuse: () => {
        throw new RpcFailure(-32002, 'no', { why: 'because' });
      },
    },
    orders: {
      mine: (body) => ({ mined: body }),
      wrong: () => {
        throw new Error('a wrong order');
      },
    },
  });
});

afterEach(() => server.close());

async function post(body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(server.url, { method: 'POST', body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) });
}
const add = { jsonrpc: '2.0', id: 1, method: 'add', params: [1, 2] };

test('single calls and batches are answered, errors with their data, and whole numbers of any size', async () => {
  expect(await (await post(add)).json()).toEqual({ jsonrpc: '2.0', id: 1, result: 3 });
  const refusals = [
    { ...add, method: 'refuse' },
    { ...add, id: 2, method: 'toString' },
  ];
  expect(await (await post(refusals)).json()).toEqual([
    { jsonrpc: '2.0', id: 1, error: { code: -32002, message: 'no', data: { why: 'because' } } },
    { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'Method not found' } },
  ]);
  expect(await (await post({ ...add, method: 'huge' })).text()).toContain('"amount":18446744073709551615}');
});

test('an answer that is lost was executed, and a connection that is cut before was not', async () => {
  const control = controlClient(server.url);
  await control.fault({ method: 'add', kind: 'cut', moment: 'after' });
  await expect(post(add)).rejects.toThrow();
  expect(executed).toBe(1);
  await control.fault({ method: 'add', kind: 'cut' });
  await expect(post(add)).rejects.toThrow();
  expect(executed).toBe(1);
  expect((await post(add)).ok).toBe(true);
});

test('faults come as the gateway, the method or a liar would answer, as often as ordered', async () => {
  const control = controlClient(server.url);
  await control.fault({ kind: 'rate_limit', retry_after_seconds: 7, count: 2 });
  for (const _ of [1, 2]) {
    const limited = await post(add);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  }
  await control.fault({ kind: 'unavailable', skip: 1 });
  expect((await post(add)).status).toBe(200);
  expect((await post(add)).status).toBe(503);
  await control.fault({ kind: 'error', error: { code: -32005, message: 'Node is behind' } });
  expect(await (await post(add)).json()).toMatchObject({ error: { code: -32005 } });
  await control.fault({ kind: 'answer', result: 99 });
  expect(await (await post(add)).json()).toMatchObject({ result: 99 });
  expect(await (await post(add)).json()).toMatchObject({ result: 3 });
});

test('a call that hangs ends when the client gives up, and the server closes all the same', async () => {
  await controlClient(server.url).fault({ kind: 'hang', count: null });
  await expect(post(add, AbortSignal.timeout(50))).rejects.toThrow();
});

test('orders are answered, wrong ones with their sentence, and calls are counted', async () => {
  const control = controlClient(server.url);
  expect(await control.order('mine', { blocks: 2 })).toEqual({ mined: { blocks: 2 } });
  await expect(control.order('wrong')).rejects.toThrow('a wrong order');
  await expect(control.order('nothing')).rejects.toThrow('No such order');
  await post(add);
  expect(await control.calls()).toEqual([{ method: 'add', params: [1, 2] }]);
});

test('a journal gives back every whole line, and leaves out one that a kill cut short', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'journal-')), 'state', 'chain.jsonl');
  const first = openJournal<number>(file, () => undefined);
  first.append(1);
  first.append(2);
  first.close();
  fs.appendFileSync(file, '3');
  const seen: number[] = [];
  openJournal<number>(file, (event) => seen.push(event)).append(4);
  const again: number[] = [];
  openJournal<number>(file, (event) => again.push(event)).close();
  expect([seen, again]).toEqual([
    [1, 2],
    [1, 2, 4],
  ]);
});
