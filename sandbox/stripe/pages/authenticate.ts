/** The page to which a customer is sent to authenticate: two buttons, then back to the shop. A test can post to it without a browser. */
import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { Failure, missing } from '../http/failure';
import type { Pipeline } from '../http/pipeline';
import { answerAuthentication } from '../payments/resume-payment';
import { answerSetupAuthentication } from '../payments/confirm-setup';
import type { PaymentIntent, SetupIntent } from '../state/stored';
import type { World } from '../state/world';

type Intent = PaymentIntent | SetupIntent;

export function authenticationPage(pipeline: Pipeline): Hono<{ Bindings: HttpBindings }> {
  const pages = new Hono<{ Bindings: HttpBindings }>();
  const { world } = pipeline;
  pages.get('/authenticate/:id', (context) => {
    const intent = findIntent(world, context.req.param('id'));
    return intent === undefined ? context.text('There is nothing to authenticate.', 404) : context.html(page(intent));
  });
  pages.post('/authenticate/:id', async (context) => {
    const id = context.req.param('id');
    const isCompleted = (await outcomeOf(context.req.raw)) !== 'fail';
    try {
      const { intent, returnUrl } = answer(world, id, isCompleted);
      pipeline.commit();
      const wantsJson = context.req.header('accept')?.includes('application/json') ?? false;
      if (wantsJson || returnUrl === null) return context.json({ id, status: intent.status, return_url: returnUrl });
      return context.redirect(returnUrl, 303);
    } catch (error) {
      if (error instanceof Failure) return context.json({ error: error.body }, error.status === 404 ? 404 : 400);
      throw error;
    }
  });
  return pages;
}

const findIntent = (world: World, id: string): Intent | undefined =>
  world.paymentIntents.get(id) ?? world.setupIntents.get(id);

/** `outcome` from a form, from JSON or from the query; completing is the default. */
async function outcomeOf(request: Request): Promise<string | null> {
  const inQuery = new URL(request.url).searchParams.get('outcome');
  if (inQuery !== null) return inQuery;
  const body = await request.text();
  if (body.startsWith('{')) return String((JSON.parse(body) as { outcome?: unknown }).outcome);
  return new URLSearchParams(body).get('outcome');
}

function answer(world: World, id: string, isCompleted: boolean): { intent: Intent; returnUrl: string | null } {
  const paymentIntent = world.paymentIntents.get(id);
  const setupIntent = world.setupIntents.get(id);
  const back = (paymentIntent ?? setupIntent)?.next_action?.redirect_to_url?.return_url ?? null;
  if (paymentIntent !== undefined) {
    const intent = answerAuthentication(world, paymentIntent, isCompleted);
    return { intent, returnUrl: returnAddress(back, 'payment_intent', intent, intent.status === 'succeeded') };
  }
  if (setupIntent === undefined) throw missing('intent', id);
  const intent = answerSetupAuthentication(world, setupIntent, isCompleted);
  return { intent, returnUrl: returnAddress(back, 'setup_intent', intent, intent.status === 'succeeded') };
}

/** The shop's address with what Stripe adds to it. */
function returnAddress(back: string | null, kind: string, intent: Intent, isSucceeded: boolean): string | null {
  if (back === null || !URL.canParse(back)) return null;
  const address = new URL(back);
  address.searchParams.set(kind, intent.id);
  address.searchParams.set(`${kind}_client_secret`, intent.client_secret ?? '');
  address.searchParams.set('redirect_status', isSucceeded ? 'succeeded' : 'failed');
  return address.href;
}

const page = (intent: Intent): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>3-D Secure test page</title>
<style>body{font:16px system-ui;max-width:28rem;margin:4rem auto;text-align:center}button{font:inherit;padding:.6rem 1.4rem;margin:.5rem}</style></head>
<body>
<h1>3-D Secure test page</h1>
<p>Your bank asks whether you want to go on.</p>
<p><code>${intent.id}</code></p>
<form method="post">
<button name="outcome" value="complete">Complete</button>
<button name="outcome" value="fail">Fail</button>
</form>
</body>
</html>`;
