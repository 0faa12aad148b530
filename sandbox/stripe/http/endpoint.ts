/** One endpoint of the API as data: method, path, parameters, and what it does. */
import type { World } from '../state/world';
import { readShape, type Parsed, type Shape } from './parameters';
import type { FormObject } from './form';

export type Method = 'GET' | 'POST' | 'DELETE';

/** What an endpoint is given. It runs without a pause, so that two requests never see each other half done. */
export interface Call<P> {
  readonly world: World;
  readonly parameters: P;
  /** The `:id` of the path; empty when the path has none. */
  readonly id: string;
  /** The second id of a nested path. */
  readonly innerId: string;
  /** The value of the header Stripe-Version; null when the client sent none. */
  readonly apiVersion: string | null;
}

export interface Endpoint {
  readonly method: Method;
  /** In the router's notation, such as `/v1/refunds/:id`. */
  readonly path: string;
  readonly shape: Shape;
  /** Reads the parameters (throws a validation `Failure`) and answers what is left to do. */
  prepare(form: FormObject, call: Omit<Call<unknown>, 'parameters'>): () => object;
}

/** Declares an endpoint. `expand` belongs to every one of them and is read before the parameters. */
export function endpoint<const S extends Shape>(
  method: Method,
  path: string,
  shape: S,
  run: (call: Call<Parsed<S>>) => object,
): Endpoint {
  return {
    method,
    path,
    shape,
    prepare: (form, call) => {
      const parameters = readShape(shape, form);
      return () => run({ ...call, parameters });
    },
  };
}
