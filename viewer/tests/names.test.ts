import { beforeEach, expect, test } from 'vitest';
import { areaName, calledArea } from '../src/i18n';
import type { AreaProperties } from '../src/api/client';
import { areaIndex, formerNames, unnamed } from '../src/state';

beforeEach(() => {
  areaIndex.value = [{ code: 'A', name: '老街网格' } as AreaProperties];
  formerNames.value = new Map();
  unnamed.value = new Set();
});

test('an area that the index has not is called by its code until the server has said its name', async () => {
  expect([areaName('A'), calledArea('B')]).toEqual(['老街网格', 'B']);
  expect([...unnamed.value]).toEqual([]); // not while something is being drawn
  await Promise.resolve();
  expect([...unnamed.value]).toEqual(['B']);
  formerNames.value = new Map([['B', '井湾网格']]);
  expect(calledArea('B')).toBe('井湾网格 B');
});

test('nothing is asked for while there is no index, and not what the answer names itself', async () => {
  expect(calledArea('B', '井湾网格')).toBe('井湾网格 B');
  areaIndex.value = null;
  areaName('B');
  areaName('');
  await Promise.resolve();
  expect([...unnamed.value]).toEqual([]);
});
