/** The stack of a get method in toncenter's spelling, both ways. */
import { Cell, type TupleItem } from '@ton/core';
import { RpcFailure } from '../rpc/rpc-failure';

/** Reads `["num", "0x1"]`, `["tvm.Cell", base64]`, `["tvm.Slice", base64]`. @throws RpcFailure 422 for anything else. */
export function readStack(items: unknown): TupleItem[] {
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const [type, value] = item as [string, string];
    if (type === 'num' || type === 'int') return { type: 'int', value: BigInt(value) };
    if (type === 'tvm.Cell' || type === 'cell') return { type: 'cell', cell: Cell.fromBase64(value) };
    if (type === 'tvm.Slice' || type === 'slice') return { type: 'slice', cell: Cell.fromBase64(value) };
    throw new RpcFailure(422, `Unsupported stack entry: ${type}`);
  });
}

/** Writes what a method answered. */
export function writeStack(items: readonly TupleItem[]): unknown[] {
  return items.map((item) => {
    if (item.type === 'int') return ['num', hexadecimal(item.value)];
    if (item.type === 'cell' || item.type === 'slice' || item.type === 'builder') {
      return ['cell', { bytes: item.cell.toBoc().toString('base64') }];
    }
    if (item.type === 'tuple') return ['tuple', { '@type': 'tvm.tuple', elements: [] }];
    return ['list', { '@type': 'tvm.list', elements: [] }];
  });
}

const hexadecimal = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);
