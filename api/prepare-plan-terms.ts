/** Checks the limits and the phases of a plan version, and builds them. */
import type { FieldError } from '../domain/errors';
import type { PlanDefinition, PlanPrice } from '../domain/plan';
import { type PlanLimits, parseLimits } from '../domain/plan/limits';
import { type Phase, phaseErrors } from '../domain/plan/phases';
import { currenciesOf } from '../domain/pricing';
import type { PlanVersionBody } from './resources/catalogue';
import type { LimitsBody } from './resources/plan-terms';

/** Every currency that the plan is billed in needs the limit, or a subscription in it could not be billed. */
function currencyErrors({ minimum, maximum }: PlanLimits, prices: readonly PlanPrice[]): FieldError[] {
  const [first] = prices;
  const currencies = first === undefined ? [] : currenciesOf(first.model, first.parameters);
  return Object.entries({ minimum, maximum }).flatMap(([path, amounts]) =>
    amounts === null || currencies.every((currency) => Object.hasOwn(amounts, currency))
      ? []
      : [{ path, message: `must cover the same currencies: ${currencies.join(', ')}` }],
  );
}

function limitsOf(
  body: LimitsBody | null | undefined,
  prices: readonly PlanPrice[],
  path: string,
  errors: FieldError[],
): PlanLimits | null {
  if (body === null || body === undefined) return null;
  const { minimum = null, maximum = null, measured } = body;
  const parsed = parseLimits({ minimum, maximum, measured });
  const wrong = Array.isArray(parsed) ? parsed : currencyErrors(parsed, prices);
  errors.push(...wrong.map((error) => ({ ...error, path: `${path}.${error.path}` })));
  return Array.isArray(parsed) ? null : parsed;
}

type PhaseBody = NonNullable<PlanVersionBody['phases']>[number];

function phaseOf(body: PhaseBody, prices: readonly PlanPrice[], index: number, errors: FieldError[]): Phase {
  const { name, length, overrides, quantity = null, limits } = body;
  return {
    name,
    length,
    overrides: overrides.map(({ price_index: at, model, parameters, description }) => ({
      priceId: prices[at]?.id ?? '',
      ...(model === undefined ? {} : { model }),
      parameters,
      ...(description === undefined ? {} : { description }),
    })),
    quantity,
    limits: limitsOf(limits, prices, `phases.${index}.limits`, errors),
  };
}

/** As the body names it: phases are given by the place of a price, which has no id yet. */
const byIndex = (error: FieldError): FieldError => ({ ...error, path: error.path.replace(/price_id$/, 'price_index') });

/** The limits and phases of a body over its prices, with what is wrong by field. */
export function preparePlanTerms(
  body: Pick<PlanVersionBody, 'limits' | 'phases' | 'seats'>,
  definition: PlanDefinition,
): { readonly terms: Pick<PlanDefinition, 'limits' | 'phases' | 'seats'>; readonly errors: readonly FieldError[] } {
  const { prices } = definition;
  const errors: FieldError[] = [];
  const limits = limitsOf(body.limits, prices, 'limits', errors);
  const phases = (body.phases ?? []).map((phase, index) => phaseOf(phase, prices, index, errors));
  errors.push(...phaseErrors(definition, phases).map(byIndex));
  const { seats } = body;
  const terms = {
    ...(seats === undefined ? {} : { seats }),
    ...(limits === null ? {} : { limits }),
    ...(phases.length === 0 ? {} : { phases }),
  };
  return { terms, errors };
}
