/** What a price makes of a usage: the same functions as the invoice, and nothing is written. */
import { createRoute } from '@hono/zod-openapi';
import { fail } from '../../domain/errors';
import { amountOf } from '../../domain/invoice/period-lines';
import { priceOf } from '../../domain/pricing';
import { jsonAnswer, jsonBody } from '../answers';
import { parametersOf, priceErrors } from '../check-price';
import type { Api } from '../context';
import { presentPricing, pricingPreviewAnswer, pricingPreviewBody, usageOfBody } from '../resources/pricing';

const preview = createRoute({
  method: 'post',
  path: '/pricing/preview',
  tags: ['Prices'],
  summary: 'Preview what a price makes of a usage',
  description: 'Any model with any parameters, whether or not such a price exists; priced for one whole period.',
  request: jsonBody(pricingPreviewBody),
  responses: { 200: jsonAnswer(pricingPreviewAnswer, 'The amount and how it comes about.') },
});

/** Registers the preview of prices. */
export function pricing(api: Api): void {
  api.openapi(preview, (c) => {
    const body = c.req.valid('json');
    const { model, currency, usage } = body;
    const fields = priceErrors(body);
    if (fields.length > 0) fail('validation_failed', {}, { fields });
    const priced = priceOf(model, parametersOf(body), usageOfBody(usage), currency);
    return c.json(presentPricing(priced, amountOf(priced.exact, currency, null)), 200);
  });
}
