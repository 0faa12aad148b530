/** A half-open span of time of which usage is asked, and the hours in which it is kept. */
import { hourMs, type Instant } from '../time';

export interface Window {
  readonly from: Instant;
  /** Not in it. */
  readonly to: Instant;
}

/** The start of the hour (UTC) that holds an instant. */
export const hourOf = (at: Instant): Instant => Math.floor(at / hourMs) * hourMs;

export interface WindowParts {
  /** The hours that lie in the window as a whole; null when there is none. */
  readonly hours: Window | null;
  /** What is left at its two ends: parts of one hour each. */
  readonly edges: readonly Window[];
}

const isEmpty = ({ from, to }: Window): boolean => from >= to;

/** Cuts a window into whole hours and what is left at its ends; together they are the window, without overlap or gap. */
export function partsOf({ from, to }: Window): WindowParts {
  const first = hourOf(from + hourMs - 1);
  const last = hourOf(to);
  if (first >= last) {
    // No whole hour: the boundary between two hours, if there is one inside, still separates the edges.
    const edges =
      first > from && first < to
        ? [
            { from, to: first },
            { from: first, to },
          ]
        : [{ from, to }];
    return { hours: null, edges: edges.filter((edge) => !isEmpty(edge)) };
  }
  const edges = [
    { from, to: first },
    { from: last, to },
  ];
  return { hours: { from: first, to: last }, edges: edges.filter((edge) => !isEmpty(edge)) };
}
