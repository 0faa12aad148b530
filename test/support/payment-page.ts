/** What a customer does who pays on the page behind their link. */
import { createHmac } from 'node:crypto';
import { signPaymentLink } from '../../domain/payment-link';
import type { Scene } from './scenario';

/** The engine of the tests signs with this. */
const secret = 'link-secret-of-the-tests';
/** After the end of every story. */
const farAway = Date.UTC(2099, 0, 1);

/** Presses the button for the newest open invoice of a subscription; answers the status of the page. */
export async function payOnPage(
  scene: Pick<Scene, 'engine' | 'tenantId' | 'newestInvoice'>,
  subscriptionId: string,
): Promise<number> {
  const { id: invoiceId } = await scene.newestInvoice(subscriptionId);
  const seal = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');
  const link = { tenantId: scene.tenantId, subscriptionId, invoiceId, expiresAt: farAway };
  const page = `${scene.engine.apiUrl}/pay/${signPaymentLink(link, seal)}`;
  return (await fetch(page, { method: 'POST', redirect: 'manual' })).status;
}
