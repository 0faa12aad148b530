/** A window is its whole hours and its edges: nothing twice, nothing left out. */
import fc from 'fast-check';
import { partsOf } from '../../../domain/metering/window';
import { hourMs } from '../../../domain/time';
import '../../support/seed';

test('the parts of a window cover each of its instants once, edges lie in one hour, hours are whole', () => {
  const instant = fc.integer({ min: 0, max: 6 * hourMs });
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const window = { from: Math.min(a, b), to: Math.max(a, b) };
      const { hours, edges } = partsOf(window);
      const parts = [...edges, ...(hours === null ? [] : [hours])].sort((left, right) => left.from - right.from);
      let at = window.from;
      for (const { from, to } of parts) {
        expect(from).toBe(at);
        expect(to).toBeGreaterThan(from);
        at = to;
      }
      expect(at).toBe(window.to);
      for (const { from, to } of edges) expect(Math.floor(from / hourMs)).toBe(Math.floor((to - 1) / hourMs));
      if (hours !== null) expect([hours.from % hourMs, hours.to % hourMs]).toEqual([0, 0]);
    }),
  );
});
