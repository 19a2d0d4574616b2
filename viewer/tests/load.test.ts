import { signal } from '@preact/signals';
import { expect, test, vi } from 'vitest';
import { loader } from '../src/actions/load';
import { idle, type Loadable } from '../src/state';

vi.hoisted(() => vi.stubGlobal('location', { href: 'http://127.0.0.1/' })); // where the page is, which the modules read

const offline = (): Promise<number> => Promise.reject(new TypeError('Failed to fetch'));

test('what could not be asked anew stays, unless it answers another question', async () => {
  const figures = signal<Loadable<number>>(idle());
  const load = loader(figures);
  await load(() => Promise.resolve(562), { area: '360302' });
  await load(offline, { area: '360302' });
  expect([figures.value.value, figures.value.problem?.status]).toEqual([562, 0]);
  const asked = load(offline, { area: '360302001' });
  expect(figures.value).toEqual({ value: 562, loading: true, problem: null }); // until it is known that there is none
  await asked;
  expect([figures.value.value, figures.value.problem?.status]).toEqual([null, 0]);
});

test('a value that was told meanwhile stays where the first question could not be asked', async () => {
  const figures = signal<Loadable<number>>({ value: 3, loading: false, problem: null });
  await loader(figures)(offline, 'a');
  expect(figures.value.value).toBe(3);
});
