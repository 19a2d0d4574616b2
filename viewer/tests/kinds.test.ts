import { beforeEach, expect, test, vi } from 'vitest';
import { valueMeant, wordOf } from '../src/actions/legend';
import { lang, layerFacts } from '../src/state';

vi.hoisted(() => vi.stubGlobal('location', { href: 'http://127.0.0.1/' })); // where the page is, which the modules read

beforeEach(() => {
  const words = { 烟感: { zh: '烟感', en: 'Smoke detector' } };
  layerFacts.value = { device: { name: { zh: '感知设备', en: 'Devices' }, page: [{ field: 'kind', zh: '类型', en: 'Kind', words }] } };
});

test('a kind is read in the language of the page, one without words as it is', () => {
  lang.value = 'en';
  expect(['烟感', '地磁'].map((kind) => wordOf('device', 'kind', kind))).toEqual(['Smoke detector', '地磁']);
  lang.value = 'zh-CN';
  expect(wordOf('device', 'kind', '烟感')).toBe('烟感');
});

test('a kind is found by what it is called in either language', () => {
  expect(['烟感', 'smoke detector', '地磁', ''].map((typed) => valueMeant('device', 'kind', typed))).toEqual(['烟感', '烟感', '地磁', '']);
});
