import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { TypeID } from 'typeid-js';
import {
  type Id,
  type Prefix,
  assertIsId,
  attachKey,
  attemptKey,
  cancelPaymentKey,
  createPaymentKey,
  customerKey,
  idFromFacts,
  idFromSeed,
  isId,
  newId,
  prefixOf,
  prefixes,
  refundKey,
  refundWorkflowId,
  settlementWorkflowId,
  subscriptionWorkflowId,
  testClockWorkflowId,
} from '../../domain/ids';
import { sha256 } from '../../domain/sha256';

const all = Object.keys(prefixes) as Prefix[];
const anyPrefix = fc.constantFrom(...all);
const refusal = (code: string) => expect.objectContaining({ name: 'PerennialError', code });

describe('an id', () => {
  test('is a TypeID of its prefix', () => {
    for (const prefix of all) {
      const id = newId(prefix);
      expect(isId(prefix, id)).toBe(true);
      expect(prefixOf(id)).toBe(prefix);
      expect(TypeID.fromString(id).getType()).toBe(prefix);
    }
  });

  test('is new each time and ascends in time', () => {
    const made = Array.from({ length: 500 }, () => newId('evt'));
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
  });

  test.each([
    '',
    'cus',
    'cus_',
    'cus_1',
    'sub_01m7z1em64fqe9gvce3vvhxk41',
    'cus_81m7z1em64fqe9gvce3vvhxk41',
    'cus_01M7Z1EM64FQE9GVCE3VVHXK41',
    'cus_01m7z1em64fqe9gvce3vvhxk4l',
    'cus_01m7z1em64fqe9gvce3vvhxk41\n',
  ])('%j is not an id of a customer', (value) => {
    expect(isId('cus', value)).toBe(false);
    expect(() => assertIsId('cus', value)).toThrow(refusal('invalid_id'));
  });

  test('of an unknown kind has no prefix', () => {
    expect(prefixOf('toString_01m7z1em64fqe9gvce3vvhxk41')).toBeNull();
    expect(prefixOf('nope_01m7z1em64fqe9gvce3vvhxk41')).toBeNull();
    expect(prefixOf('plain')).toBeNull();
  });

  test('of one kind does not compile as another', () => {
    const customer: Id<'cus'> = newId('cus');
    // @ts-expect-error a subscription is not a customer
    const wrong: Id<'sub'> = customer;
    expect(isId('sub', wrong)).toBe(false);
  });

  test('has a prefix whose noun the glossary defines', () => {
    const glossary = readFileSync(join(__dirname, '../../docs/glossary.md'), 'utf8');
    const words = new Set([...glossary.matchAll(/^\| \*\*(.+?)\*\* /gm)].map((row) => row[1]));
    expect(Object.values(prefixes).filter((noun) => !words.has(noun))).toEqual([]);
  });
});

describe('an id from a seed', () => {
  test('is the same for the same UUID, however it is written', () => {
    fc.assert(
      fc.property(anyPrefix, fc.uuid(), (prefix, uuid) => {
        const id = idFromSeed(prefix, uuid);
        expect(idFromSeed(prefix, uuid.toUpperCase())).toBe(id);
        expect(isId(prefix, id)).toBe(true);
        expect(TypeID.fromString(id).toUUID()).toBe(uuid);
      }),
    );
  });

  test('needs a UUID', () => {
    for (const text of ['', 'x', '0190e6a2-0000-7000-8000-00000000000', '0190e6a2000070008000000000000000']) {
      expect(() => idFromSeed('inv', text)).toThrow(refusal('invalid_id'));
    }
  });
});

describe('an id from facts', () => {
  test('is the UUIDv8 of their SHA-256, the same in every process', () => {
    const uuid = TypeID.fromString(idFromFacts('inv', 'sub_1', '3')).toUUID();
    const hash = createHash('sha256').update('["inv","sub_1","3"]').digest('hex');
    expect(uuid.replaceAll('-', '').slice(0, 12)).toBe(hash.slice(0, 12));
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('differs whenever a fact, their division or the kind differs', () => {
    const lists = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      ['abc', ''],
      ['', 'abc'],
      ['a', 'b', 'c'],
      ['a,b', 'c'],
      ['a","b', 'c'],
      [],
    ];
    const ids = lists.flatMap((facts) => [idFromFacts('inv', ...facts), idFromFacts('il', ...facts)]);
    expect(new Set(ids.map((id) => id.slice(id.indexOf('_')))).size).toBe(lists.length * 2);
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        expect(idFromFacts('inv', ...a) === idFromFacts('inv', ...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  test('rests on a hash that agrees with the platform for every length and alphabet', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.nat({ max: 300 }).map((length) => 'a'.repeat(length)),
    );
    const expected = (text: string) => createHash('sha256').update(text).digest('hex');
    for (let length = 0; length <= 130; length += 1)
      expect(Buffer.from(sha256('x'.repeat(length))).toString('hex')).toBe(expected('x'.repeat(length)));
    fc.assert(fc.property(texts, (text) => expect(Buffer.from(sha256(text)).toString('hex')).toBe(expected(text))));
  });
});

describe('names of workflows and of calls come from business facts', () => {
  test('workflows', () => {
    expect(subscriptionWorkflowId('ten_1', 'sub_1')).toBe('sub/ten_1/sub_1');
    expect(refundWorkflowId('ten_1', 're_1')).toBe('refund/ten_1/re_1');
    expect(testClockWorkflowId('ten_1', 'clock_1')).toBe('clock/ten_1/clock_1');
    expect(settlementWorkflowId('ten_1', 'stl_1')).toBe('settle/ten_1/stl_1');
  });

  test('calls to providers, each a key of its own and within 255 characters', () => {
    expect(createPaymentKey('inv_1', 1)).toBe('inv:inv_1:create:v1');
    expect(attemptKey('inv_1', 2)).toBe('inv:inv_1:attempt:2');
    const id = 'inv_01m7z1em64fqe9gvce3vvhxk41';
    const keys = [
      createPaymentKey(id, 1),
      createPaymentKey(id, 2),
      cancelPaymentKey(id, 1),
      attemptKey(id, 1),
      attemptKey(id, 2),
      refundKey(id),
      customerKey(id),
      attachKey(id),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(255);
  });
});
