/** What the steady cycle hands over from issuing to collecting is taken once, fresh, and only while nothing else happened. */
import { foreseeCollection, foreseenCollection } from '../../activities/foreseen-collection';
import type { CollectionFacts } from '../../db/transactions/collection-facts';
import type { Database } from '../../db/pool';

const newDatabase = (): Database => ({}) as Database;
const factsOf = (id: string) => ({ invoice: { id } }) as CollectionFacts;

test('facts are handed out once', () => {
  const database = newDatabase();
  foreseeCollection(database, 7, factsOf('inv_1'));
  expect(foreseenCollection(database, 7, 'inv_1')).toEqual(factsOf('inv_1'));
  expect(foreseenCollection(database, 7, 'inv_1')).toBeNull();
});

test('another fact of the subscription makes them past', () => {
  const database = newDatabase();
  foreseeCollection(database, 7, factsOf('inv_1'));
  expect(foreseenCollection(database, 8, 'inv_1')).toBeNull();
  expect(foreseenCollection(database, 7, 'inv_1')).toBeNull();
});

test('another invoice and another database know nothing of them', () => {
  const database = newDatabase();
  foreseeCollection(database, 7, factsOf('inv_1'));
  expect(foreseenCollection(database, 7, 'inv_2')).toBeNull();
  expect(foreseenCollection(newDatabase(), 7, 'inv_1')).toBeNull();
});

test('after two seconds they are too old', () => {
  const database = newDatabase();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  foreseeCollection(database, 7, factsOf('inv_1'));
  foreseeCollection(database, 7, factsOf('inv_2'));
  clock.mockReturnValue(3_000);
  expect(foreseenCollection(database, 7, 'inv_1')).not.toBeNull();
  clock.mockReturnValue(3_001);
  expect(foreseenCollection(database, 7, 'inv_2')).toBeNull();
  clock.mockRestore();
});
