/** What toncenter's version 3 answers, as far as it is read. What does not fit is an answer that cannot be trusted. */
import { z } from 'zod';

const digits = z.string().regex(/^\d+$/);

const message = z.object({
  hash: z.string(),
  source: z.string().nullable(),
  destination: z.string().nullable(),
  value: digits.nullable(),
  fwd_fee: digits.nullable(),
  created_lt: digits.nullable(),
  bounced: z.boolean().nullable(),
  message_content: z.object({ body: z.string() }).nullable(),
});

export const indexedTransaction = z.object({
  account: z.string(),
  hash: z.string(),
  lt: digits,
  now: z.number().int(),
  mc_block_seqno: z.number().int().nullish(),
  block_ref: z.object({ workchain: z.number(), shard: z.string(), seqno: z.number() }),
  total_fees: digits,
  description: z.object({
    aborted: z.boolean().optional(),
    compute_ph: z.object({ skipped: z.boolean().optional(), exit_code: z.number().optional() }).optional(),
    bounce: z.object({ type: z.string() }).nullish(),
  }),
  in_msg: message.nullish(),
  out_msgs: z.array(message),
});

export type IndexedMessage = z.infer<typeof message>;
export type IndexedTransaction = z.infer<typeof indexedTransaction>;

export const transactionList = z.object({ transactions: z.array(indexedTransaction) });

/** All that followed from one message: its transactions by their hashes. */
export const traceList = z.object({
  traces: z.array(z.object({ transactions: z.record(z.string(), indexedTransaction) })),
});

export const masterchainInfo = z.object({
  last: z.object({ seqno: z.number().int(), root_hash: z.string(), gen_utime: z.union([digits, z.number()]) }),
});
