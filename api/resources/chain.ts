/** Chains and the engine's addresses on them, on the wire. */
import { z } from '@hono/zod-openapi';
import type { ChainCursor } from '../../db/queries/chain-cursors';
import type { SignerAccount } from '../../db/queries/signer-accounts';
import { assetsOf, type ChainId } from '../../domain/chain/asset';
import { instantAnswer, isoOrNull } from '../fields';

export const chainAnswer = z
  .object({
    id: z.string(),
    status: z.enum(['watching', 'behind', 'failing', 'starting']),
    height: z.number(),
    final_height: z.number(),
    head_at: instantAnswer.nullable().openapi({ description: 'Time of the newest block that was seen.' }),
    scanned_at: instantAnswer.nullable(),
    lag_seconds: z.number().nullable().openapi({ description: 'Since the last look that went well.' }),
    fault: z.string().nullable().openapi({ description: 'Why the last look failed.' }),
    assets: z.array(z.object({ id: z.string(), symbol: z.string(), decimals: z.number() })),
  })
  .openapi('Chain', {
    example: {
      id: 'eip155:8453',
      status: 'watching',
      height: 21_000_010,
      final_height: 21_000_000,
      head_at: '2026-01-31T00:00:00.000Z',
      scanned_at: '2026-01-31T00:00:01.000Z',
      lag_seconds: 1,
      fault: null,
      assets: [{ id: 'eip155:8453/slip44:60', symbol: 'ETH', decimals: 18 }],
    },
  });

export const signerAnswer = z.object({ chain: z.string(), key_id: z.string(), address: z.string() }).openapi('Signer', {
  example: { chain: 'eip155:8453', key_id: 'main', address: '0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199' },
});

/** A chain that nobody looked at for so long is behind: some thirty looks were missed. */
const behindSeconds = 60;

function statusOf(cursor: ChainCursor | null, lagSeconds: number): z.infer<typeof chainAnswer>['status'] {
  if (cursor === null) return 'starting';
  if (cursor.fault !== null) return 'failing';
  return lagSeconds > behindSeconds ? 'behind' : 'watching';
}

/** A chain that is configured, with how far it was searched; null: not yet. */
export function presentChain(id: string, cursor: ChainCursor | null, now: number): z.infer<typeof chainAnswer> {
  const lagSeconds = cursor === null ? 0 : Math.max(0, Math.round((now - cursor.scannedAt) / 1_000));
  return {
    id,
    status: statusOf(cursor, lagSeconds),
    height: cursor?.height ?? 0,
    final_height: cursor?.finalHeight ?? 0,
    head_at: isoOrNull(cursor?.headAt ?? null),
    scanned_at: isoOrNull(cursor?.scannedAt ?? null),
    lag_seconds: cursor === null ? null : lagSeconds,
    fault: cursor?.fault ?? null,
    assets: assetsOf(id as ChainId).map(({ id: asset, symbol, decimals }) => ({ id: asset, symbol, decimals })),
  };
}

/** An address that a key of the engine controls; nothing of the key. */
export const presentSigner = ({ chain, keyId, address }: SignerAccount): z.infer<typeof signerAnswer> => ({
  chain,
  key_id: keyId,
  address,
});
