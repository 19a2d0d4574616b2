import { expect, test, vi } from 'vitest';
import { problemTitle, whyRefused } from '../src/i18n';

vi.stubGlobal('location', { href: 'http://localhost/' });
const { ask, Problem } = await import('../src/api/client');

/** What a failed request becomes; `said` is the body that a proxy or the service sent. */
async function failed(status: number, said: unknown, statusText = ''): Promise<InstanceType<typeof Problem>> {
  const response = new Response(null, { status, statusText });
  return (await ask(Promise.resolve({ error: said, response })).catch((thrown: unknown) => thrown)) as InstanceType<typeof Problem>;
}
const ours = (status: number) => ({ type: 'about:blank', title: 'No', status, errors: [] });

test('what a proxy says has words of the page, also over HTTP/2, which has none', async () => {
  for (const status of [418, 451, 500, 502, 503, 504, 520]) {
    const problem = await failed(status, '<html>Bad gateway</html>', status === 502 ? 'Bad Gateway' : '');
    expect(problemTitle(problem)).toMatch(/[\u4e00-\u9fff]{4}/);
    expect(whyRefused(problem)).toBe(problemTitle(problem));
  }
});

test('while the service is away what was written is kept, whoever says that it is away', async () => {
  const away = await Promise.all([502, 503, 504].map((status) => failed(status, '<html></html>')));
  expect(away.map((one) => [one.isAway, one.isFinal])).toEqual(away.map(() => [true, false]));
  expect([new Problem(0, '').isAway, (await failed(500, ours(500))).isAway]).toEqual([true, false]);
});

test('only the service itself refuses a report for good, but a proxy one that is too large', async () => {
  const final = async (status: number, said: unknown) => (await failed(status, said)).isFinal;
  expect(await Promise.all([400, 403, 404, 409, 413, 422].map((status) => final(status, ours(status))))).toEqual(Array.from({ length: 6 }, () => true));
  expect(await Promise.all([401, 429, 500].map((status) => final(status, ours(status))))).toEqual([false, false, false]);
  expect(await Promise.all([403, 404, 405].map((status) => final(status, '<html>Sign in to this network</html>')))).toEqual([false, false, false]);
  expect(await final(413, '<html>Request Entity Too Large</html>')).toBe(true);
});
