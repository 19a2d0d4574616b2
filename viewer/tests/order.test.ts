import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ticket, Workflow } from '../src/api/client';
import { inOrder, waysOn } from '../src/order';

const now = 1_800_000_000;
const iso = (s: number) => new Date((now + s) * 1000).toISOString();
const ticket = (number: string, due_s: number, lon: number): Ticket =>
  ({ number, workflow: 'six_step', step: 'handle', due_at: iso(due_s), closed_at: null, place: { lon, lat: 27.6 } }) as unknown as Ticket;
const numbers = (list: Ticket[]) => list.map(({ number }) => number).join('');

describe('the order of work', () => {
  const list = [ticket('a', 90_000, 113.8), ticket('b', -60, 113.9), ticket('c', 3_600, 113.81), ticket('d', -3_600, 113.85), ticket('e', 900_000, 113.801)];

  test('is by urgency, then by due time where no place is known', () => {
    expect(numbers(inOrder(list, null, now))).toBe('dbcae');
  });

  test('is by urgency, then by distance where one is known', () => {
    expect(numbers(inOrder(list, { lon: 113.9, lat: 27.6 }, now))).toBe('bdcea');
    expect(numbers(inOrder(list, { lon: 113.8, lat: 27.6 }, now))).toBe('dbcae');
  });

  test('keeps every ticket once, and does not hang on the order that came', () => {
    const one = fc.record({ due: fc.integer({ min: -200_000, max: 200_000 }), lon: fc.double({ min: 113, max: 114, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(one), fc.boolean(), (many, located) => {
        const made = many.map(({ due, lon }, at) => ticket(String(at).padStart(3, '0'), due, lon));
        const here = located ? { lon: 113.5, lat: 27.6 } : null;
        const once = inOrder(made, here, now);
        expect(new Set(once)).toEqual(new Set(made));
        expect(numbers(inOrder([...made].reverse(), here, now))).toBe(numbers(once));
      }),
    );
  });
});

test('steps that somebody can take are known without the server, on before back', () => {
  const to = (from_step: string, to_step: string, kind: string, roles: string[]) => ({ from_step, to_step, kind, roles, needs: [], clock: null });
  const flows = [
    { workflow: 'six_step', transitions: [to('handle', 'assign', 'return', ['worker']), to('handle', 'inspect', 'forward', ['worker']), to('inspect', 'feedback', 'forward', ['supervisor'])] },
    { workflow: 'other', transitions: [to('handle', 'x', 'forward', ['worker'])] },
  ] as unknown as Workflow[];
  const of = (step: string, role: string) => waysOn({ workflow: 'six_step', step } as Ticket, flows, role).map(({ to_step }) => to_step);
  expect(of('handle', 'worker')).toEqual(['inspect', 'assign']);
  expect(of('handle', 'supervisor')).toEqual([]);
  expect(of('inspect', 'worker')).toEqual([]);
});
