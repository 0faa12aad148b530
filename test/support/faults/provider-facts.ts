/**
 * What the provider holds of a tenant, read by Stripe's own interface.
 */
import { stripeKey } from '../perennial';
import type { Cast } from './cast';

export interface ProviderObject {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly payment_intent?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The newest hundred of a kind that carry the tenant in their metadata. */
export async function atProvider(
  { stripeUrl, tenantId }: Pick<Cast, 'stripeUrl' | 'tenantId'>,
  kind: 'charges' | 'payment_intents' | 'refunds',
): Promise<readonly ProviderObject[]> {
  const answer = await fetch(`${stripeUrl}/v1/${kind}?limit=100`, {
    headers: { authorization: `Bearer ${stripeKey}` },
  });
  const { data } = (await answer.json()) as { data: ProviderObject[] };
  return data.filter(({ metadata }) => metadata['tenant_id'] === tenantId);
}

/** How often the bank said no. */
export async function declinesAtProvider(cast: Cast): Promise<number> {
  return (await atProvider(cast, 'charges')).filter(({ status }) => status === 'failed').length;
}
