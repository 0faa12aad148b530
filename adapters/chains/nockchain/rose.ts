/**
 * The project's own wasm: keys, notes and transactions. Its objects are handed over: one that was passed as an argument is empty afterwards
 * ("null pointer passed to rust"), so each is made where it is used.
 */
import fs from 'node:fs';
import * as rose from '@nockchain/rose-wasm';

let isReady = false;

/** The library with its wasm, which is read once. */
export function loadRose(): typeof rose {
  if (!isReady) rose.initSync({ module: fs.readFileSync(require.resolve('@nockchain/rose-wasm/rose_wasm_bg.wasm')) });
  isReady = true;
  return rose;
}
