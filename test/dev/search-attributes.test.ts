import { readFileSync } from 'node:fs';
import path from 'node:path';
import { registeredSearchAttributes } from '../../dev/stack/temporal-namespace';
import { connectTemporal, temporalNamespace } from '../support/temporal';
import { searchAttributes } from '../../workflows/contract';

const typeNumbers: Readonly<Record<string, number>> = { KEYWORD: 2, INT: 3, BOOL: 5 };

test('every search attribute that a workflow sets is registered, with its type', () => {
  const set = Object.values(searchAttributes).map((key) => [key.name, typeNumbers[key.type]]);
  expect(registeredSearchAttributes).toMatchObject(Object.fromEntries(set));
});

test('the server of a test run knows them', async () => {
  const { connection, close } = await connectTemporal();
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: temporalNamespace(),
  });
  await close();
  expect(customAttributes).toMatchObject(registeredSearchAttributes);
});

test('the production set registers the same', () => {
  const text = readFileSync(path.join(__dirname, '../../docker-compose.yml'), 'utf8');
  const registered = [...text.matchAll(/^ +register (\w+) (\w+)$/gm)].map((match) => [
    match[1],
    typeNumbers[match[2]?.toUpperCase() ?? ''],
  ]);
  expect(Object.fromEntries(registered)).toEqual(registeredSearchAttributes);
});
