/** The query language of `tx_search`, as far as clients of payments use it: conditions on height, hash and events, joined by AND. */
import { RpcFailure } from '../rpc/rpc-failure';
import type { IncludedTransaction } from './state';

interface Condition {
  readonly key: string;
  readonly operator: '=' | '>=' | '<=' | '>' | '<';
  readonly value: string;
}

const CONDITION = /^([\w.]+)\s*(=|>=|<=|>|<)\s*(?:'([^']*)'|(\d+))$/;

/** @throws RpcFailure for a condition that is not understood. */
export function parseQuery(query: string): readonly Condition[] {
  return query.split(/\s+AND\s+/).map((part) => {
    const [, key, operator, text, number] = CONDITION.exec(part.trim()) ?? [];
    if (key === undefined) throw new RpcFailure(-32603, 'Internal error', `failed to parse query: ${part}`);
    return { key, operator: operator as Condition['operator'], value: text ?? number ?? '' };
  });
}

/** Whether a transaction meets every condition. */
export function meets(transaction: IncludedTransaction, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => {
    if (condition.key === 'tx.hash') return transaction.hash === condition.value.toUpperCase();
    if (condition.key === 'tx.height') return compares(transaction.height, condition.operator, Number(condition.value));
    return transaction.result.events.some(({ type, attributes }) =>
      attributes.some(({ key, value }) => `${type}.${key}` === condition.key && value === condition.value),
    );
  });
}

function compares(left: number, operator: Condition['operator'], right: number): boolean {
  if (operator === '=') return left === right;
  if (operator === '>=') return left >= right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left < right;
}
