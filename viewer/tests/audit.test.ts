import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deedOf, deeds, partsOf, reckoned, subjectOf } from '../src/homes/auditSaid';
import { words } from '../src/homes/words';
import { config, lang } from '../src/state';

const root = new URL('../../sql/', import.meta.url);
const app = readdirSync(new URL('app/', root), { recursive: true, encoding: 'utf-8' })
  .filter((name) => name.endsWith('.sql'))
  .map((name) => readFileSync(new URL(`app/${name}`, root), 'utf-8'));
const schema = readFileSync(new URL('schema.sql', root), 'utf-8');

/** The deeds that the database's own functions and triggers note. */
const noted = app.flatMap((sql) => [...sql.matchAll(/(?:PERFORM|SELECT) app\.note\(\s*'(\w+)'|EXECUTE FUNCTION app\.note_change\(\s*'(\w+)'/g)].map(([, said, changed]) => String(said ?? changed)));

/** The columns of the tables whose changes are noted. */
const columns = app.flatMap((sql) => [...sql.matchAll(/TRIGGER \w+\s[^;]*?\sON (\S+)[^;]*?app\.note_change\(/g)].map(([, table]) => String(table))).flatMap((table) => {
  const body = schema.split(`CREATE TABLE ${table} (\n`)[1]?.split('\n)')[0] ?? '';
  return [...body.matchAll(/^ {4}"?([a-z_0-9]+)"? /gm)].map(([, name]) => String(name));
});

test('every deed in the trail has words, and every column that it may name', () => {
  expect(noted).toContain('sign_in');
  expect(columns).toContain('secret_argon2');
  expect([...new Set(noted)].filter((one) => !deeds.includes(one))).toEqual([]);
  expect([...new Set(columns)].filter((one) => !reckoned.includes(one) && !(`audit.column.${one}` in words))).toEqual([]);
});

/** The tables whose changes are noted, each with the columns whose values the trail may hold. */
const said = app.flatMap((sql) => [...sql.matchAll(/TRIGGER \w+\s[^;]*?\sON (\S+)[^;]*?app\.note_change\(([^)]*)\)/g)].map(([, table, given]) => [String(table), [...String(given).matchAll(/'(\w+)'/g)].slice(2).map(([, name]) => String(name))] as const));

test('a value that is one of a few has words, and a time says what of', () => {
  const few = said.flatMap(([table, names]) => {
    const body = schema.split(`CREATE TABLE ${table} (\n`)[1]?.split('\n)')[0] ?? '';
    const lists = [...body.matchAll(/\(\((\w+) = ANY \(ARRAY\[([^\]]*)\]/g)];
    return lists.filter(([, name]) => names.includes(String(name)) && name !== 'status').flatMap(([, name, values]) => [...String(values).matchAll(/'(\w+)'/g)].map(([, value]) => `audit.value.${name}.${value}`));
  });
  expect(few).toContain('audit.value.ground.keep');
  expect(few.filter((key) => !(key in words))).toEqual([]);
  lang.value = 'zh-CN';
  const facts = { did: 'insert', columns: ['valid_from', 'valid_to', 'policy'], now: { valid_from: '2024-10-31T16:00:00+00:00', valid_to: 'infinity', policy: 'move' } };
  expect(partsOf(facts)).toMatchObject([{ label: '生效时间' }, { label: '失效时间', words: '无期限' }, { label: '在办事件', words: '随网格转移' }]);
});

test('a change is told in words, its values as they were written', () => {
  lang.value = 'zh-CN';
  config.value = { ...config.value, roles: [{ role: 'worker', name_zh: '网格员', name_en: 'grid worker' }] as never };
  const made = { did: 'insert', columns: ['name', 'role', 'disabled_at', 'secret_sha256'], now: { role: 'worker', disabled_at: null } };
  expect(deedOf('account', made)).toBe('新增账号');
  expect(partsOf(made)).toEqual([{ label: '角色', words: '网格员' }]);
  expect(partsOf({ ...made, did: 'update' })).toEqual([{ label: '名称' }, { label: '角色', words: '网格员' }, { label: '停用时间', words: '无' }, { label: '密钥' }]);
  expect(partsOf({ did: 'delete', columns: ['name'], now: {} })).toEqual([]);
  expect(subjectOf('account', 'tickets')).toEqual({ data: 'tickets' });
  expect(subjectOf('export', 'tickets')).toEqual({ words: '事件列表' });
  lang.value = 'en';
  expect(deedOf('refused', { status: 403 })).toBe('Refused');
  expect(partsOf({ status: 403, of: ['a', 'b'] })).toEqual([{ label: 'state', data: '403' }, { label: 'which', list: ['a', 'b'] }]);
  expect(deedOf('of a later version', { did: 'made up' })).toBe('of a later version');
});
